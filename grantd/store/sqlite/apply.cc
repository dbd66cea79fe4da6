#include "grantd/store/sqlite/apply.h"

#include "grantd/store/records_json.h"
#include "grantd/store/sqlite/statements.h"

namespace grantd::store::sqlite {
namespace {

std::int64_t state_number(core::GrantState state) {
  switch (state) {
    case core::GrantState::live:
      return 0;
    case core::GrantState::revoked:
      return 1;
    case core::GrantState::refused:
      return 2;
  }
  return 2;
}

std::optional<ByteView> view(const std::optional<core::SessionId>& id) {
  return id ? std::optional(id->view()) : std::nullopt;
}

std::optional<std::int64_t> unused_until_of(const core::Client& client) {
  if (!client.self_registration || client.self_registration->used) return {};
  return to_sql(client.self_registration->unused_until);
}

class Applying {
 public:
  Applying(Database& database, Time now) : database_(database), now_(now) {}

  SqlResult<Applied> operator()(const core::OpenGrant& change) {
    const core::Grant& grant = change.grant;
    const auto after = [&grant](Time time) -> std::int64_t {
      return (time - grant.created).count();
    };
    const auto rotated =
        grant.rotated == Time{} ? std::nullopt : std::optional(after(grant.rotated));
    const auto because =
        grant.ended_because.empty() ? std::nullopt : std::optional(grant.ended_because);
    const auto claims = grant.claims.empty() ? std::nullopt : std::optional(grant.claims);
    return guarded(database_.execute(
        kOpenGrant, grant.id.view(), state_number(grant.state),
        to_sql(std::uint64_t{grant.generation}), grant.client.view(), grant.incarnation.view(),
        to_sql(grant.client_counter), grant.subject.view(), to_sql(grant.user_counter),
        view(grant.session), grant.consent.view(), grant.scope.to_text(),
        to_sql(grant.created), after(grant.auth_time), rotated, after(grant.last_used),
        after(grant.expires), after(grant.code_expires), grant.amr, because, claims));
  }
  SqlResult<Applied> operator()(const core::RotateGrant& change) {
    return guarded(database_.execute(kRotateGrant, change.id.view(), to_sql(change.version),
                                     to_sql(std::uint64_t{change.generation}), to_sql(change.now)));
  }
  SqlResult<Applied> operator()(const core::TouchGrant& change) {
    return guarded(database_.execute(kTouchGrant, change.id.view(), to_sql(change.now)));
  }
  SqlResult<Applied> operator()(const core::RevokeGrant& change) {
    return unguarded(database_.execute(kRevokeGrant, change.id.view(), change.because));
  }

  SqlResult<Applied> operator()(const core::StartSession& change) {
    const core::Session& session = change.session;
    return guarded(database_.execute(
        kStartSession, session.id.view(), std::int64_t{session.ended},
        ByteView(session.secret_hash), session.subject.view(), to_sql(session.user_counter),
        session.epoch.view(), to_sql(session.auth_time), session.amr, to_sql(session.created),
        to_sql(session.last_seen), to_sql(session.expires)));
  }
  SqlResult<Applied> operator()(const core::TouchSession& change) {
    return guarded(database_.execute(kTouchSession, change.id.view(), to_sql(change.now)));
  }
  SqlResult<Applied> operator()(const core::EndSession& change) {
    const Applied applied = TRY(unguarded(database_.execute(kEndSession, change.id.view())));
    if (applied == Applied::written) {
      TRY(database_.execute(kSessionClientsDue, change.id.view(), to_sql(now_)));
    }
    return applied;
  }

  SqlResult<Applied> operator()(const core::NoteSessionClient& change) {
    return unguarded(database_.execute(kNoteSessionClient, change.session.view(),
                                       change.client.view(), change.incarnation.view(),
                                       change.subject.view(), to_sql(now_)));
  }
  SqlResult<Applied> operator()(const core::PutOffNotice& change) {
    return guarded(database_.execute(
        kPutOffNotice, change.session.view(), change.client.view(),
        to_sql(std::uint64_t{change.seen}), to_sql(std::uint64_t{change.tries}),
        to_sql(change.due)));
  }
  SqlResult<Applied> operator()(const core::DropNotice& change) {
    return unguarded(
        database_.execute(kDropNotice, change.session.view(), change.client.view()));
  }

  SqlResult<Applied> operator()(const core::RememberConsent& change) {
    const core::Consent& consent = change.consent;
    const std::string scope = consent.scope.to_text();
    if (change.seen == 0) {
      return guarded(database_.execute(kFirstConsent, consent.subject.view(), consent.client.view(),
                                       consent.id.view(), consent.incarnation.view(), scope,
                                       to_sql(consent.created), to_sql(consent.changed)));
    }
    return guarded(database_.execute(kChangeConsent, consent.subject.view(), consent.client.view(),
                                     consent.id.view(), consent.incarnation.view(), scope,
                                     to_sql(consent.created), to_sql(consent.changed),
                                     to_sql(change.seen)));
  }
  SqlResult<Applied> operator()(const core::WithdrawConsent& change) {
    return unguarded(database_.execute(kWithdrawConsent, change.subject.view(),
                                       change.client.view(), to_sql(now_)));
  }

  SqlResult<Applied> operator()(const core::RevokeToken& change) {
    return unguarded(
        database_.execute(kRevokeToken, change.token.id.view(), to_sql(change.token.expires)));
  }

  SqlResult<Applied> operator()(const core::UseOnce& change) {
    return guarded(
        database_.execute(kUseOnce, ByteView(change.hash), to_sql(change.expires)));
  }

  SqlResult<Applied> operator()(const core::PutUser& change) {
    const core::User& user = change.user;
    const std::string claims = user.claims.dump();
    if (change.seen == 0) {
      return guarded(database_.execute(kFirstUser, user.id.view(), user.login, to_sql(user.counter),
                                       std::int64_t{user.disabled}, to_sql(user.created),
                                       user.password, claims));
    }
    return guarded(database_.execute(kChangeUser, user.id.view(), user.login, to_sql(user.counter),
                                     std::int64_t{user.disabled}, to_sql(user.created),
                                     user.password, claims, to_sql(change.seen)));
  }
  SqlResult<Applied> operator()(const core::UpgradePassword& change) {
    return unguarded(database_.execute(kUpgradePassword, change.subject.view(), to_sql(change.seen),
                                       change.password));
  }
  SqlResult<Applied> operator()(const core::DeleteUser& change) {
    const Applied applied = TRY(guarded(database_.execute(kDeleteUser, change.subject.view())));
    if (applied == Applied::lost) return applied;
    TRY(database_.execute(kDeleteConsentsOf, change.subject.view()));
    return applied;
  }

  SqlResult<Applied> operator()(const core::PutClient& change) {
    const core::Client& client = change.client;
    const std::string document = to_json(client).dump();
    const std::optional<std::int64_t> unused_until = unused_until_of(client);
    if (change.seen == 0) {
      return configured(database_.execute(kFirstClient, client.id.view(),
                                          client.incarnation.view(), document, unused_until));
    }
    return configured(database_.execute(kChangeClient, client.id.view(), client.incarnation.view(),
                                        document, to_sql(change.seen), unused_until));
  }
  SqlResult<Applied> operator()(const core::DeleteClient& change) {
    return configured(database_.execute(kDeleteClient, change.id.view()));
  }
  SqlResult<Applied> operator()(const core::MarkClientUsed& change) {
    const Applied applied =
        TRY(unguarded(database_.execute(kMarkClientUsed, change.id.view())));
    if (applied == Applied::written) TRY(database_.execute(kRaiseConfiguration));
    return applied;
  }
  SqlResult<Applied> operator()(const core::PutResource& change) {
    const core::Resource& resource = change.resource;
    const std::string document = to_json(resource).dump();
    if (change.seen == 0) {
      return configured(database_.execute(kFirstResource, resource.audience.view(), document));
    }
    return configured(database_.execute(kChangeResource, resource.audience.view(), document,
                                        to_sql(change.seen)));
  }
  SqlResult<Applied> operator()(const core::DeleteResource& change) {
    return configured(database_.execute(kDeleteResource, change.audience.view()));
  }
  SqlResult<Applied> operator()(const core::PutKey& change) {
    const core::Key& key = change.key;
    if (change.seen == 0) {
      return configured(database_.execute(kFirstKey, key.id, core::to_text(key.use), key.algorithm,
                                          core::to_text(key.state), to_sql(key.created),
                                          to_sql(key.state_since), ByteView(key.wrapped)));
    }
    return configured(database_.execute(
        kChangeKey, key.id, core::to_text(key.use), key.algorithm, core::to_text(key.state),
        to_sql(key.created), to_sql(key.state_since), ByteView(key.wrapped), to_sql(change.seen)));
  }
  SqlResult<Applied> operator()(const core::DeleteKey& change) {
    return configured(database_.execute(kDeleteKey, change.id));
  }

 private:
  static SqlResult<Applied> guarded(SqlResult<int> changed) {
    if (!changed) return fail(changed.error());
    return *changed > 0 ? Applied::written : Applied::lost;
  }
  static SqlResult<Applied> unguarded(SqlResult<int> changed) {
    if (!changed) return fail(changed.error());
    return *changed > 0 ? Applied::written : Applied::unchanged;
  }
  SqlResult<Applied> configured(SqlResult<int> changed) {
    const Applied applied = TRY(guarded(std::move(changed)));
    if (applied == Applied::written) TRY(database_.execute(kRaiseConfiguration));
    return applied;
  }

  Database& database_;
  Time now_;
};

}  // namespace

SqlResult<Applied> apply(Database& database, const core::Change& change, Time now) {
  return std::visit(Applying(database, now), change);
}

}  // namespace grantd::store::sqlite
