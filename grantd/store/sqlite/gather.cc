#include "grantd/store/sqlite/gather.h"

#include <algorithm>
#include <vector>

#include "grantd/store/sqlite/rows.h"
#include "grantd/store/sqlite/statements.h"

namespace grantd::store::sqlite {
namespace {

SqlResult<Versions> read_versions(Cursor& row) {
  if (!TRY(row.next())) return fail(SqlError{SQLITE_CORRUPT, "meta is empty"});
  ByteArray<16> epoch;
  if (!row.read(0, epoch)) return fail(SqlError{SQLITE_CORRUPT, "meta.epoch is damaged"});
  return Versions{core::Epoch(epoch), static_cast<std::uint64_t>(row.integer(1)), row.time(2)};
}

}  // namespace

Gather::Gather(Reading& reading, const core::Wanted& wanted, Mirror* mirror)
    : reading_(reading), wanted_(wanted), mirror_(mirror) {
  if (mirror_) seen_ = mirror_->look();
  if (!seen_.good) mirror_ = nullptr;
}

SqlResult<core::Found> Gather::run() {
  TRY(look_up_versions());
  if (wanted_.client) found_.client = TRY(client(*wanted_.client));
  if (wanted_.resources) TRY(look_up_resources());
  TRY(look_up_person());
  found_.grant_left_out = wanted_.grant && wanted_.grant_is_new;
  if (wanted_.grant && !found_.grant_left_out) found_.grant = TRY(grant(*wanted_.grant));
  TRY(look_up_token());
  if (wanted_.account && found_.session) TRY(look_up_account());
  if (wanted_.session_clients && wanted_.session) TRY(look_up_session_clients());
  TRY(look_up_marks());
  return std::move(found_);
}

SqlResult<Unit> Gather::look_up_versions() {
  if (!seen_.versions) {
    TRY(file());
    return Unit{};
  }
  found_.epoch = seen_.versions->epoch;
  found_.configuration = seen_.versions->configuration;
  found_.latest = seen_.versions->latest;
  return Unit{};
}

SqlResult<Database*> Gather::file() {
  if (snapshot_) return &**lease_;
  lease_.emplace(TRY(reading_.lease()));
  snapshot_.emplace(TRY((**lease_).select(kReadVersions)));
  const Versions versions = TRY(read_versions(*snapshot_));
  configuration_moved_ =
      seen_.versions && seen_.versions->configuration != versions.configuration;
  if (seen_.versions) return &**lease_;
  found_.epoch = versions.epoch;
  found_.configuration = versions.configuration;
  found_.latest = versions.latest;
  if (mirror_) mirror_->keep(seen_, versions);
  return &**lease_;
}

template <class Record, class... Keys>
SqlResult<core::Kept<Record>> Gather::read_one(const char* sql,
                                               SqlResult<Record> (*read)(const Cursor&),
                                               const Keys&... keys) {
  Database* database = TRY(file());
  Cursor row = TRY(database->select(sql, keys...));
  if (!TRY(row.next())) return core::Kept<Record>();
  auto record = std::make_shared<const Record>(TRY(read(row)));
  if (mirror_) mirror_->keep(seen_, record);
  return core::Kept<Record>(std::move(record));
}

// ---- one record of each kind

SqlResult<Gather::ClientPtr> Gather::client(const core::ClientId& id) {
  ClientPtr cached = reading_.cache_.client(found_.configuration, id);
  if (cached) return cached;
  Database* database = TRY(file());
  Cursor row = TRY(database->select(kFindClient, id.view()));
  // Names that nobody has are not kept: strangers invent them.
  if (!TRY(row.next())) return ClientPtr();
  auto client = std::make_shared<const core::Client>(TRY(read_client(row)));
  if (!configuration_moved_) {
    reading_.cache_.keep(found_.configuration, client, row.text(2).size());
  }
  return ClientPtr(std::move(client));
}

SqlResult<core::Kept<core::User>> Gather::user(const core::SubjectId& id) {
  if (mirror_) {
    if (auto kept = mirror_->find(id)) return core::Kept<core::User>(std::move(kept));
  }
  return read_one(kFindUser, &read_user, id.view());
}

SqlResult<core::Kept<core::User>> Gather::user_by_login(const std::string& login) {
  return read_one(kFindLogin, &read_user, login);
}

SqlResult<core::Kept<core::Session>> Gather::session(const core::SessionId& id) {
  if (mirror_) {
    if (auto kept = mirror_->find(id)) return core::Kept<core::Session>(std::move(kept));
  }
  return read_one(kFindSession, &read_session, id.view());
}

SqlResult<core::Kept<core::Consent>> Gather::consent(const core::SubjectId& person,
                                                     const core::ClientId& client) {
  if (mirror_) {
    auto kept = mirror_->find(person, client);
    if (kept) return core::Kept<core::Consent>(std::move(kept));
  }
  return read_one(kFindConsent, &read_consent, person.view(), client.view());
}

SqlResult<core::Kept<core::Grant>> Gather::grant(const core::GrantId& id) {
  if (mirror_) {
    if (auto kept = mirror_->find(id)) return core::Kept<core::Grant>(std::move(kept));
  }
  return read_one(kFindGrant, &read_grant, id.view());
}

SqlResult<bool> Gather::is_revoked(const core::TokenId& id) {
  if (!mirror_) return read_revoked(id);
  if (const std::optional<bool> kept = mirror_->is_revoked(id)) return *kept;
  if (!mirror_->may_keep_revoked()) return read_revoked(id);
  constexpr auto kMost = static_cast<std::int64_t>(Mirror::kRevokedMax) + 1;
  Database* database = TRY(file());
  std::vector<core::TokenId> ids;
  {
    Cursor row = TRY(database->select(kListRevokedTokens, kMost));
    while (TRY(row.next())) {
      ByteArray<core::TokenId::kSize> bytes;
      if (row.read(0, bytes)) ids.emplace_back(bytes);
    }
  }
  mirror_->keep_revoked(seen_, ids);
  if (ids.size() > Mirror::kRevokedMax) return read_revoked(id);
  return std::ranges::find(ids, id) != ids.end();
}

SqlResult<bool> Gather::read_revoked(const core::TokenId& id) {
  Database* database = TRY(file());
  Cursor row = TRY(database->select(kFindRevokedToken, id.view()));
  return row.next();
}

// ---- what is wanted together

SqlResult<Unit> Gather::look_up_person() {
  if (wanted_.session) found_.session = TRY(session(*wanted_.session));
  if (wanted_.subject) {
    found_.user = TRY(user(*wanted_.subject));
  } else if (wanted_.login) {
    found_.user = TRY(user_by_login(*wanted_.login));
    if (found_.session) found_.session_user = TRY(user(found_.session->subject));
  } else if (found_.session) {
    found_.user = TRY(user(found_.session->subject));
  }
  if (wanted_.consent && wanted_.client && (wanted_.subject || found_.session)) {
    const core::SubjectId& person = wanted_.subject ? *wanted_.subject : found_.session->subject;
    found_.consent = TRY(consent(person, *wanted_.client));
  }
  return Unit{};
}

SqlResult<Unit> Gather::look_up_token() {
  core::Found::OfToken& of = found_.of_token;
  if (wanted_.token_grant) of.grant = TRY(grant(*wanted_.token_grant));
  if (of.grant) {
    of.client = TRY(client(of.grant->client));
  } else if (wanted_.token_client) {
    of.client = TRY(client(*wanted_.token_client));
  }
  if (!of.grant) return Unit{};
  of.user = TRY(user(of.grant->subject));
  if (of.grant->session) of.session = TRY(session(*of.grant->session));
  of.consent = TRY(consent(of.grant->subject, of.grant->client));
  return Unit{};
}

SqlResult<Unit> Gather::look_up_marks() {
  if (wanted_.revoked_token) found_.token_revoked = TRY(is_revoked(*wanted_.revoked_token));
  if (wanted_.unused_clients) {
    Database* database = TRY(file());
    Cursor row = TRY(database->select(kCountUnusedClients));
    if (TRY(row.next())) found_.unused_clients = static_cast<int>(row.integer(0));
  }
  if (wanted_.once) {
    Database* database = TRY(file());
    Cursor row = TRY(database->select(kFindUsedOnce, ByteView(*wanted_.once)));
    found_.used_once = TRY(row.next());
  }
  return Unit{};
}

SqlResult<Unit> Gather::look_up_account() {
  constexpr auto kMost = static_cast<std::int64_t>(core::kAccountRowsMax);
  const ByteView person = found_.session->subject.view();
  core::Found::OfAccount& of = found_.of_account;
  Database* database = TRY(file());
  {
    Cursor row = TRY(database->select(kNewestSessionsOf, person, kMost));
    while (TRY(row.next())) of.sessions.push_back(TRY(read_session(row)));
  }
  {
    Cursor row = TRY(database->select(kNewestConsentsOf, person, kMost));
    while (TRY(row.next())) of.consents.push_back(TRY(read_consent(row)));
  }
  for (const core::Consent& consent : of.consents) {
    auto app = TRY(client(consent.client));
    if (app) of.clients.push_back(std::move(app));
  }
  return Unit{};
}

SqlResult<Unit> Gather::look_up_session_clients() {
  Database* database = TRY(file());
  Cursor row = TRY(database->select(kClientsOfSession, wanted_.session->view(),
                                    static_cast<std::int64_t>(core::kSessionClientsMax)));
  while (TRY(row.next())) {
    auto app = TRY(client(core::ClientId(row.text(0))));
    ByteArray<core::Incarnation::kSize> incarnation;
    const bool same =
        app && row.read(1, incarnation) && app->incarnation == core::Incarnation(incarnation);
    if (same) found_.session_clients.push_back(std::move(app));
  }
  return Unit{};
}

SqlResult<Unit> Gather::look_up_resources() {
  found_.resources = reading_.cache_.resources(found_.configuration);
  if (found_.resources) return Unit{};
  auto resources = std::make_shared<core::Resources>();
  Database* database = TRY(file());
  Cursor row = TRY(database->select(kListResources, std::string_view()));
  while (TRY(row.next())) resources->push_back(TRY(read_resource(row)));
  found_.resources = std::move(resources);
  if (!configuration_moved_) reading_.cache_.keep(found_.configuration, found_.resources);
  return Unit{};
}

}  // namespace grantd::store::sqlite
