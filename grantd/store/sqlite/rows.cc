#include "grantd/store/sqlite/rows.h"

#include "grantd/store/records_json.h"

namespace grantd::store::sqlite {
namespace {

SqlError damaged(std::string_view table, std::string_view what) {
  return {SQLITE_CORRUPT, "a damaged row in " + std::string(table) + ": " + std::string(what)};
}

template <class Id>
bool read_id(const Cursor& row, int column, Id& id) {
  ByteArray<Id::kSize> bytes;
  if (!row.read(column, bytes)) return false;
  id = Id(bytes);
  return true;
}

bool read_scope(const Cursor& row, int column, core::ScopeSet& scope) {
  auto parsed = core::ScopeSet::parse(row.text(column));
  if (parsed) scope = *std::move(parsed);
  return parsed.has_value();
}

std::uint64_t read_number(const Cursor& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column));
}

}  // namespace

SqlResult<core::Grant> read_grant(const Cursor& row) {
  core::Grant grant;
  if (!read_id(row, 1, grant.id)) return fail(damaged("grants", "id"));
  grant.version = read_number(row, 2);
  switch (row.integer(3)) {
    case 0:
      grant.state = core::GrantState::live;
      break;
    case 1:
      grant.state = core::GrantState::revoked;
      break;
    case 2:
      grant.state = core::GrantState::refused;
      break;
    default:
      return fail(damaged("grants", "state"));
  }
  grant.generation = static_cast<std::uint32_t>(row.integer(4));
  grant.client = core::ClientId(row.text(5));
  grant.client_counter = read_number(row, 7);
  grant.user_counter = read_number(row, 9);
  if (!row.is_null(10) && !read_id(row, 10, grant.session.emplace())) {
    return fail(damaged("grants", "session"));
  }
  if (!read_id(row, 6, grant.incarnation) || !read_id(row, 8, grant.subject) ||
      !read_id(row, 11, grant.consent) || !read_scope(row, 12, grant.scope)) {
    return fail(damaged("grants", oauth::to_text(grant.id)));
  }
  grant.created = row.time(13);
  grant.auth_time = grant.created + Duration(row.integer(14));
  if (!row.is_null(15)) grant.rotated = grant.created + Duration(row.integer(15));
  grant.last_used = grant.created + Duration(row.integer(16));
  grant.expires = grant.created + Duration(row.integer(17));
  grant.code_expires = grant.created + Duration(row.integer(18));
  grant.amr = row.text(19);
  grant.ended_because = row.text(20);
  grant.claims = row.text(21);
  return grant;
}

SqlResult<core::Session> read_session(const Cursor& row) {
  core::Session session;
  if (!read_id(row, 1, session.id)) return fail(damaged("sessions", "id"));
  session.version = read_number(row, 2);
  session.ended = row.integer(3) != 0;
  if (!row.read(4, session.secret_hash) || !read_id(row, 5, session.subject) ||
      !read_id(row, 7, session.epoch)) {
    return fail(damaged("sessions", oauth::to_text(session.id)));
  }
  session.user_counter = read_number(row, 6);
  session.auth_time = row.time(8);
  session.amr = row.text(9);
  session.created = row.time(10);
  session.last_seen = row.time(11);
  session.expires = row.time(12);
  return session;
}

SqlResult<core::SessionClient> read_session_client(const Cursor& row) {
  core::SessionClient note;
  note.client = core::ClientId(row.text(2));
  if (!read_id(row, 1, note.session) || !read_id(row, 3, note.incarnation) ||
      !read_id(row, 4, note.subject)) {
    return fail(damaged("session_clients", "number " + std::to_string(row.integer(0))));
  }
  if (!row.is_null(5)) note.ended = row.time(5);
  if (!row.is_null(6)) note.due = row.time(6);
  note.tries = static_cast<std::uint32_t>(row.integer(7));
  return note;
}

SqlResult<core::Consent> read_consent(const Cursor& row) {
  core::Consent consent;
  consent.client = core::ClientId(row.text(2));
  consent.version = read_number(row, 4);
  if (!read_id(row, 1, consent.subject) || !read_id(row, 3, consent.id) ||
      !read_id(row, 5, consent.incarnation) || !read_scope(row, 6, consent.scope)) {
    return fail(damaged("consents", "number " + std::to_string(row.integer(0))));
  }
  consent.created = row.time(7);
  consent.changed = row.time(8);
  return consent;
}

SqlResult<core::User> read_user(const Cursor& row) {
  core::User user;
  if (!read_id(row, 1, user.id)) return fail(damaged("users", "id"));
  user.login = row.text(2);
  user.version = read_number(row, 3);
  user.counter = read_number(row, 4);
  user.disabled = row.integer(5) != 0;
  user.created = row.time(6);
  user.password = row.text(7);
  auto claims = Json::parse(row.text(8));
  if (!claims) return fail(damaged("users", oauth::to_text(user.id) + ": " + claims.error()));
  user.claims = *std::move(claims);
  return user;
}

SqlResult<core::Client> read_client(const Cursor& row) {
  auto json = Json::parse(row.text(2));
  if (!json) return fail(damaged("clients", row.text(0) + ": " + json.error()));
  auto client = client_from_json(*json);
  if (!client) return fail(damaged("clients", row.text(0) + ": " + client.error()));
  if (client->id.str() != row.text(0)) return fail(damaged("clients", row.text(0)));
  client->version = read_number(row, 1);
  return *std::move(client);
}

SqlResult<core::Resource> read_resource(const Cursor& row) {
  auto json = Json::parse(row.text(2));
  if (!json) return fail(damaged("resources", row.text(0) + ": " + json.error()));
  auto resource = resource_from_json(*json);
  if (!resource) return fail(damaged("resources", row.text(0) + ": " + resource.error()));
  if (resource->audience.str() != row.text(0)) return fail(damaged("resources", row.text(0)));
  resource->version = read_number(row, 1);
  return *std::move(resource);
}

SqlResult<core::Key> read_key(const Cursor& row) {
  core::Key key;
  key.id = row.text(0);
  key.version = read_number(row, 1);
  const auto use = core::parse_key_use(row.text(2));
  const auto state = core::parse_key_state(row.text(4));
  if (!use || !state) return fail(damaged("keys", key.id));
  key.use = *use;
  key.algorithm = row.text(3);
  key.state = *state;
  key.created = row.time(5);
  key.state_since = row.time(6);
  const ByteView wrapped = row.blob(7);
  key.wrapped.assign(wrapped.begin(), wrapped.end());
  return key;
}

}  // namespace grantd::store::sqlite
