// What every answer has in its head, and an answer that is a page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grantd/server/answer.h"

namespace grantd::server {

// Every answer: no sniffing, no referrer, no framing, TLS from now on (checklists CH-*, XS-08).
http::Reply plain(int status, const AnswerTo& to, const AnswerHouse& house);
http::Reply unstored(int status, const AnswerTo& to, const AnswerHouse& house);

// RFC 6749 §5.1, §5.2.
http::Reply json_reply(int status, const Json& body, const AnswerTo& to,
                       const AnswerHouse& house);

struct PageMeta {
  int status = 200;
  std::string_view ui_locales;
  std::string form;
  // The browser may follow the answer of the page's form to this origin, the app's; or empty …
  std::string leads_to;
  bool posts_there = false;  // … or the form goes straight there, sent by our one script
  std::vector<std::string> frames;  // origins that the page loads from, unseen
  bool goes_on = false;             // by our script, once these are loaded
  std::string same_page;  // path and query that show it again, to which ui_locales is added
  const std::vector<core::Reason>* reasons = nullptr;
};

http::Reply page_reply(const core::Page& page, const PageMeta& meta, const AnswerTo& to,
                       const AnswerHouse& house);
http::Reply page_reply(const FormPostPage& page, const PageMeta& meta, const AnswerTo& to,
                       const AnswerHouse& house);
http::Reply page_reply(const DevOverview& page, const PageMeta& meta, const AnswerTo& to,
                       const AnswerHouse& house);
http::Reply page_reply(const DevWalk& page, const PageMeta& meta, const AnswerTo& to,
                       const AnswerHouse& house);
http::Reply page_reply(const DevWalks& page, const PageMeta& meta, const AnswerTo& to,
                       const AnswerHouse& house);

}  // namespace grantd::server
