// Answers where the core decided nothing.
#include "grantd/server/answer.h"
#include "grantd/server/answer_page.h"

namespace grantd::server {

http::Reply answer_trouble(Trouble trouble, bool person, const AnswerTo& to,
                           const AnswerHouse& house) {
  using Problem = core::ProblemPage::Problem;
  const bool internal = trouble == Trouble::internal;
  const int status = internal ? 500 : 503;
  http::Reply reply;
  if (person) {
    PageMeta meta;
    meta.status = status;
    reply = page_reply(
        core::Page(core::ProblemPage{internal ? Problem::internal : Problem::unavailable, {}}),
        meta, to, house);
  } else {
    reply = json_reply(status,
                       Json::object({{"error", internal ? "server_error"
                                                        : "temporarily_unavailable"}}),
                       to, house);
  }
  if (!internal) reply.fields.add("retry-after", "2");
  return reply;
}

http::Reply answer_method_not_allowed(std::string_view allow, bool person, const AnswerTo& to,
                                      const AnswerHouse& house) {
  http::Reply reply;
  if (person) {
    PageMeta meta;
    meta.status = 405;
    reply = page_reply(
        core::Page(core::ProblemPage{core::ProblemPage::Problem::method_not_allowed, {}}), meta,
        to, house);
  } else {
    // OAuth 2.1 §3.2: POST alone; nothing of the query is looked at (checklist TK-01).
    reply = json_reply(405,
                       Json::object({{"error", "invalid_request"},
                                     {"error_description",
                                      "this method is not allowed here, use " +
                                          std::string(allow)}}),
                       to, house);
  }
  reply.fields.add("allow", std::string(allow));
  return reply;
}

http::Reply answer_not_found(const AnswerTo& to, const AnswerHouse& house) {
  PageMeta meta;
  meta.status = 404;
  return page_reply(core::Page(core::ProblemPage{core::ProblemPage::Problem::not_found, {}}), meta,
                    to, house);
}

http::Reply answer_overview(const DevOverview& page, const AnswerTo& to,
                            const AnswerHouse& house) {
  return page_reply(page, PageMeta(), to, house);
}

http::Reply answer_walk(const DevWalk& page, const AnswerTo& to, const AnswerHouse& house) {
  return page_reply(page, PageMeta(), to, house);
}

http::Reply answer_walks(const DevWalks& page, const AnswerTo& to, const AnswerHouse& house) {
  return page_reply(page, PageMeta(), to, house);
}

http::Reply answer_file(const StaticFile& file, const AnswerTo& to, const AnswerHouse& house) {
  const auto known = to.request.fields.find("if-none-match");
  const bool same = known && *known == file.etag;
  http::Reply reply = plain(same ? 304 : 200, to, house);
  reply.fields.add("cache-control", "public, max-age=3600");
  reply.fields.add("etag", file.etag);
  // An SVG opened by itself must not run anything.
  reply.fields.add("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'");
  if (!same) {
    reply.fields.add("content-type", file.content_type);
    reply.body = file.body;
  }
  return reply;
}

}  // namespace grantd::server
