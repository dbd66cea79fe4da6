#include "grantd/store/sqlite/reading.h"

#include "grantd/store/sqlite/rows.h"
#include "grantd/store/sqlite/schema.h"
#include "grantd/store/sqlite/statements.h"

namespace grantd::store::sqlite {
namespace {

SqlResult<core::Found> read_versions(Cursor& row) {
  if (!TRY(row.next())) return fail(SqlError{SQLITE_CORRUPT, "meta is empty"});
  core::Found found;
  ByteArray<16> epoch;
  if (!row.read(0, epoch)) return fail(SqlError{SQLITE_CORRUPT, "meta.epoch is damaged"});
  found.epoch = core::Epoch(epoch);
  found.configuration = static_cast<std::uint64_t>(row.integer(1));
  found.latest = row.time(2);
  return found;
}

// The first row, where there is one.
template <class Record, class... Keys>
SqlResult<std::optional<Record>> read_one(Database& database, const char* sql,
                                          SqlResult<Record> (*read)(const Cursor&),
                                          const Keys&... keys) {
  Cursor row = TRY(database.select(sql, keys...));
  if (!TRY(row.next())) return std::optional<Record>();
  return std::optional<Record>(TRY(read(row)));
}

SqlResult<Unit> look_up_person(Database& database, const core::Wanted& wanted, core::Found& found) {
  if (wanted.session) {
    found.session = TRY(read_one(database, kFindSession, &read_session, wanted.session->view()));
  }
  if (wanted.subject) {
    found.user = TRY(read_one(database, kFindUser, &read_user, wanted.subject->view()));
  } else if (wanted.login) {
    found.user = TRY(read_one(database, kFindLogin, &read_user, *wanted.login));
    if (found.session) {
      found.session_user =
          TRY(read_one(database, kFindUser, &read_user, found.session->subject.view()));
    }
  } else if (found.session) {
    found.user = TRY(read_one(database, kFindUser, &read_user, found.session->subject.view()));
  }
  if (wanted.consent && wanted.client && (wanted.subject || found.session)) {
    const core::SubjectId subject = wanted.subject ? *wanted.subject : found.session->subject;
    found.consent =
        TRY(read_one(database, kFindConsent, &read_consent, subject.view(), wanted.client->view()));
  }
  return Unit{};
}

}  // namespace

Reading::Lease::~Lease() {
  if (!database_) return;
  const std::lock_guard lock(reading_.mutex_);
  reading_.idle_.push_back(std::move(database_));
}

SqlResult<Reading::Lease> Reading::lease() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Lease lease(*this, std::move(idle_.back()));
      idle_.pop_back();
      return lease;
    }
  }
  auto database = TRY(Database::open(options_));
  TRY(database->pragma("query_only=ON"));
  return Lease(*this, std::move(database));
}

SqlResult<core::Found> Reading::gather(const core::Wanted& wanted) {
  Lease database = TRY(lease());
  return look(*database, wanted);
}

SqlResult<core::Found> Reading::look(Database& database, const core::Wanted& wanted) {
  // While this row is held, SQLite keeps its read transaction: all that follows is one snapshot.
  Cursor versions = TRY(database.select(kReadVersions));
  core::Found found = TRY(read_versions(versions));
  if (wanted.client) {
    found.client = TRY(look_up_client(database, *wanted.client, found.configuration));
  }
  if (wanted.resources) TRY(look_up_resources(database, found));
  TRY(look_up_person(database, wanted, found));
  if (wanted.grant) {
    found.grant = TRY(read_one(database, kFindGrant, &read_grant, wanted.grant->view()));
  }
  TRY(look_up_token(database, wanted, found));
  if (wanted.account && found.session) TRY(look_up_account(database, found));
  if (wanted.session_clients && wanted.session) {
    TRY(look_up_session_clients(database, *wanted.session, found));
  }
  if (wanted.revoked_token) {
    Cursor row = TRY(database.select(kFindRevokedToken, wanted.revoked_token->view()));
    found.token_revoked = TRY(row.next());
  }
  if (wanted.unused_clients) {
    Cursor row = TRY(database.select(kCountUnusedClients));
    if (TRY(row.next())) found.unused_clients = static_cast<int>(row.integer(0));
  }
  if (wanted.once) {
    Cursor row = TRY(database.select(kFindUsedOnce, ByteView(*wanted.once)));
    found.used_once = TRY(row.next());
  }
  return found;
}

SqlResult<std::shared_ptr<const core::Client>> Reading::look_up_client(
    Database& database, const core::ClientId& id, std::uint64_t configuration) {
  std::shared_ptr<const core::Client> cached = cache_.client(configuration, id);
  if (cached) return cached;
  auto row = TRY(read_one(database, kFindClient, &read_client, id.view()));
  // Names that nobody has are not kept: strangers invent them.
  if (!row) return std::shared_ptr<const core::Client>();
  auto client = std::make_shared<const core::Client>(*std::move(row));
  cache_.keep(configuration, client);
  return std::shared_ptr<const core::Client>(std::move(client));
}

SqlResult<Unit> Reading::look_up_token(Database& database, const core::Wanted& wanted,
                                       core::Found& found) {
  core::Found::OfToken& of = found.of_token;
  if (wanted.token_grant) {
    of.grant = TRY(read_one(database, kFindGrant, &read_grant, wanted.token_grant->view()));
  }
  const std::optional<core::ClientId> client =
      of.grant ? std::optional(of.grant->client) : wanted.token_client;
  if (client) of.client = TRY(look_up_client(database, *client, found.configuration));
  if (!of.grant) return Unit{};
  of.user = TRY(read_one(database, kFindUser, &read_user, of.grant->subject.view()));
  if (of.grant->session) {
    of.session = TRY(read_one(database, kFindSession, &read_session, of.grant->session->view()));
  }
  of.consent = TRY(read_one(database, kFindConsent, &read_consent, of.grant->subject.view(),
                            of.grant->client.view()));
  return Unit{};
}

SqlResult<Unit> Reading::look_up_account(Database& database, core::Found& found) {
  constexpr auto kMost = static_cast<std::int64_t>(core::kAccountRowsMax);
  const ByteView person = found.session->subject.view();
  core::Found::OfAccount& of = found.of_account;
  {
    Cursor row = TRY(database.select(kNewestSessionsOf, person, kMost));
    while (TRY(row.next())) of.sessions.push_back(TRY(read_session(row)));
  }
  {
    Cursor row = TRY(database.select(kNewestConsentsOf, person, kMost));
    while (TRY(row.next())) of.consents.push_back(TRY(read_consent(row)));
  }
  for (const core::Consent& consent : of.consents) {
    auto client = TRY(look_up_client(database, consent.client, found.configuration));
    if (client) of.clients.push_back(std::move(client));
  }
  return Unit{};
}

SqlResult<Unit> Reading::look_up_session_clients(Database& database,
                                                 const core::SessionId& session,
                                                 core::Found& found) {
  Cursor row = TRY(database.select(kClientsOfSession, session.view(),
                                   static_cast<std::int64_t>(core::kSessionClientsMax)));
  while (TRY(row.next())) {
    auto client =
        TRY(look_up_client(database, core::ClientId(row.text(0)), found.configuration));
    ByteArray<core::Incarnation::kSize> incarnation;
    const bool same =
        client && row.read(1, incarnation) && client->incarnation == core::Incarnation(incarnation);
    if (same) found.session_clients.push_back(std::move(client));
  }
  return Unit{};
}

SqlResult<Unit> Reading::look_up_resources(Database& database, core::Found& found) {
  found.resources = cache_.resources(found.configuration);
  if (found.resources) return Unit{};
  auto resources = std::make_shared<core::Resources>();
  Cursor row = TRY(database.select(kListResources, std::string_view()));
  while (TRY(row.next())) resources->push_back(TRY(read_resource(row)));
  found.resources = std::move(resources);
  cache_.keep(found.configuration, found.resources);
  return Unit{};
}

SqlResult<Page> Reading::list(const Query& query) {
  Lease database = TRY(lease());
  return read_page(*database, query);
}

SqlResult<std::vector<core::SessionClient>> Reading::due_notices(Time now, int rows_max) {
  Lease database = TRY(lease());
  std::vector<core::SessionClient> due;
  Cursor row = TRY((*database).select(kDueNotices, to_sql(now), std::int64_t{rows_max}));
  while (TRY(row.next())) due.push_back(TRY(read_session_client(row)));
  return due;
}

SqlResult<core::Meta> Reading::meta() {
  Lease database = TRY(lease());
  return read_meta(*database);
}

}  // namespace grantd::store::sqlite
