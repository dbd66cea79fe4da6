#include "grantd/server/answer_page.h"

#include <algorithm>

namespace grantd::server {
namespace {

// An app's origin in the policy. CSP has no way to write an IPv6 address, so there the scheme alone
// must do.
std::string source_of(const std::string& origin) {
  return origin.find('[') == std::string::npos ? origin : "http:";
}

constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action ";

std::string security_policy(const PageMeta& meta) {
  std::string policy(kPolicy);
  if (meta.posts_there) return policy + source_of(meta.leads_to) + "; script-src 'self'";
  policy += "'self'";
  if (!meta.leads_to.empty()) policy += " " + source_of(meta.leads_to);
  if (meta.goes_on) policy += "; script-src 'self'";
  if (!meta.frames.empty()) policy += "; frame-src";
  for (auto at = meta.frames.begin(); at != meta.frames.end(); ++at) {
    if (std::find(meta.frames.begin(), at, *at) == at) policy += " " + source_of(*at);
  }
  return policy;
}

std::string switch_of(const PageMeta& meta, std::string_view language, const Pages& pages) {
  if (meta.same_page.empty()) return {};
  for (const std::string& other : pages.languages()) {
    if (other == language) continue;
    const char joint = meta.same_page.find('?') == std::string::npos ? '?' : '&';
    return meta.same_page + joint + "ui_locales=" + other;
  }
  return {};
}

// `Page`: one of those of Pages::render.
template <class Page>
http::Reply reply_with(const Page& page, const PageMeta& meta, const AnswerTo& to,
                       const AnswerHouse& house) {
  const auto accept = to.request.fields.find("accept-language");
  const std::string_view language =
      house.pages->choose_language(meta.ui_locales, accept ? *accept : std::string_view());
  const std::string language_switch = switch_of(meta, language, *house.pages);
  PageInput input;
  input.language = language;
  input.form = meta.form;
  input.request_id = to.request_id;
  input.language_switch = language_switch;
  input.reasons = house.developer ? meta.reasons : nullptr;
  input.walk = house.developer ? to.walk : nullptr;

  http::Reply reply = unstored(meta.status, to, house);
  reply.fields.add("content-type", "text/html; charset=utf-8");
  reply.fields.add("content-security-policy", security_policy(meta));
  reply.fields.add("x-frame-options", "DENY");
  reply.fields.add("cross-origin-opener-policy", "same-origin");
  reply.fields.add("cross-origin-resource-policy", "same-origin");
  reply.body = house.pages->render(page, input);
  return reply;
}

}  // namespace

http::Reply plain(int status, const AnswerTo& to, const AnswerHouse& house) {
  http::Reply reply;
  reply.status = status;
  reply.fields.add("x-request-id", std::string(to.request_id));
  reply.fields.add("x-content-type-options", "nosniff");
  reply.fields.add("referrer-policy", "no-referrer");
  if (house.secure()) {
    reply.fields.add("strict-transport-security", "max-age=31536000; includeSubDomains");
  }
  return reply;
}

http::Reply unstored(int status, const AnswerTo& to, const AnswerHouse& house) {
  http::Reply reply = plain(status, to, house);
  reply.fields.add("cache-control", "no-store");
  return reply;
}

http::Reply json_reply(int status, const Json& body, const AnswerTo& to,
                       const AnswerHouse& house) {
  http::Reply reply = unstored(status, to, house);
  reply.fields.add("content-type", "application/json");
  reply.body = body.dump();
  return reply;
}

http::Reply page_reply(const core::Page& page, const PageMeta& meta, const AnswerTo& to,
                       const AnswerHouse& house) {
  return reply_with(page, meta, to, house);
}

http::Reply page_reply(const FormPostPage& page, const PageMeta& meta, const AnswerTo& to,
                       const AnswerHouse& house) {
  return reply_with(page, meta, to, house);
}

http::Reply page_reply(const DevOverview& page, const PageMeta& meta, const AnswerTo& to,
                       const AnswerHouse& house) {
  return reply_with(page, meta, to, house);
}

http::Reply page_reply(const DevWalk& page, const PageMeta& meta, const AnswerTo& to,
                       const AnswerHouse& house) {
  return reply_with(page, meta, to, house);
}

http::Reply page_reply(const DevWalks& page, const PageMeta& meta, const AnswerTo& to,
                       const AnswerHouse& house) {
  return reply_with(page, meta, to, house);
}

}  // namespace grantd::server
