// Answer: mints what a decision names (signs, seals) and writes the response.
#pragma once

#include <memory>
#include <string>

#include "grantd/core/decision.h"
#include "grantd/core/endpoint.h"
#include "grantd/http/message.h"
#include "grantd/server/keys.h"
#include "grantd/server/pages.h"

namespace grantd::server {

// What every answer needs of the deployment. Outlives the requests.
struct AnswerHouse {
  core::Policy policy;
  std::shared_ptr<const Pages> pages;
  bool developer = false;

  bool secure() const { return policy.issuer.view().starts_with("https:"); }
};

// Cookie names: __Host- over TLS, plain on http loopback, where browsers refuse the prefix.
std::string_view cookie_name(core::CookieKind kind, bool secure);

struct AnswerTo {
  const http::Request& request;
  std::string_view request_id;
  const WalkRecord* walk = nullptr;  // so far: for the developer's page of a problem
};

http::Reply answer(const core::Decision& decision, const AnswerTo& to, const AnswerHouse& house,
                   const Keys& keys);

// The page of this origin may read the answer (Fetch Standard §3.2.3).
void allow_origin(http::Reply& reply, std::string_view origin);

// Where no decision could be made: the store is out of reach, we are overloaded, or wrong.
enum class Trouble { unavailable, wrong_clock, internal };
http::Reply answer_trouble(Trouble trouble, bool person, const AnswerTo& to,
                           const AnswerHouse& house);
http::Reply answer_method_not_allowed(std::string_view allow, bool person, const AnswerTo& to,
                                      const AnswerHouse& house);
http::Reply answer_not_found(const AnswerTo& to, const AnswerHouse& house);
// The developer's page at "/".
http::Reply answer_overview(const DevOverview& page, const AnswerTo& to, const AnswerHouse& house);
// The developer's pages of what requests met on their way.
http::Reply answer_walk(const DevWalk& page, const AnswerTo& to, const AnswerHouse& house);
http::Reply answer_walks(const DevWalks& page, const AnswerTo& to, const AnswerHouse& house);
http::Reply answer_file(const StaticFile& file, const AnswerTo& to, const AnswerHouse& house);

}  // namespace grantd::server
