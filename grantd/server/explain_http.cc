#include "grantd/server/explain_http.h"

#include <charconv>

#include "grantd/base/json.h"
#include "grantd/oauth/form.h"
#include "grantd/server/request_id.h"

namespace grantd::server {
namespace {

http::Reply with(int status, const Json& body) {
  http::Reply reply;
  reply.status = status;
  reply.fields.add("content-type", "application/json");
  reply.fields.add("cache-control", "no-store");
  reply.fields.add("x-content-type-options", "nosniff");
  reply.body = body.dump() + "\n";
  return reply;
}

http::Reply refused(int status, std::string_view error) {
  return with(status, Json::object({{"error", error}}));
}

http::Reply one(std::string_view number, const WalkBook& walks) {
  const std::optional<std::string> id = read_request_id(number);
  if (!id) return refused(400, "a request's number has eight letters and digits: 7Q4K-M2XD");
  const std::optional<WalkRecord> walk = walks.find(*id);
  if (!walk) return refused(404, "no request of this number is known here, or not any more");
  return with(200, to_json(*walk));
}

http::Reply several(std::string_view query, const WalkBook& walks) {
  const Result<oauth::Form, std::string> form = oauth::Form::parse(query);
  if (!form) return refused(400, form.error());
  std::size_t most = 20;
  const std::string_view last = form->get("last");
  const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), most);
  const bool is_number = error == std::errc() && end == last.data() + last.size();
  if (!last.empty() && (!is_number || most < 1 || most > kWalksMax)) {
    return refused(400, "last: a number from 1 to 1000");
  }
  bool refused_only = false;
  for (const auto& [name, value] : form->parameters()) {
    refused_only = refused_only || name == "refused";
  }
  Json out = Json::array();
  for (const WalkRecord& walk : walks.last(most, refused_only)) out.push_back(to_json(walk));
  return with(200, out);
}

}  // namespace

bool from_this_computer(const http::Request& request) {
  const std::string_view peer = request.peer_address;
  if (!peer.starts_with("127.") && peer != "::1" && !peer.starts_with("::ffff:127.")) return false;
  const auto sent = request.fields.find("host");
  if (!sent) return false;
  std::string_view host = *sent;
  const std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    host = host.substr(0, colon);
  }
  if (host == "localhost" || host == "[::1]") return true;
  return host.starts_with("127.") &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

http::Reply explain_reply(const http::Request& request, const WalkBook& walks) {
  if (!from_this_computer(request)) return refused(403, "ask from this computer, by its address");
  if (request.method != "GET") {
    http::Reply reply = refused(405, "GET alone");
    reply.fields.add("allow", "GET");
    return reply;
  }
  if (!walks.keeps()) {
    return refused(404, "nothing is kept: log.explain_kept is 0 in the configuration");
  }
  const std::string_view below = std::string_view(request.path).substr(kExplainPath.size());
  return below.empty() ? several(request.query, walks) : one(below.substr(1), walks);
}

}  // namespace grantd::server
