#include "grantd/store/lost_row.h"

namespace grantd::store {
namespace {

constexpr std::string_view kMoved = ": changed since it was read, or is gone";
constexpr std::string_view kGone = ": is not there";

std::string put(std::string row, core::Version seen, std::string_view exists = ": exists") {
  return row.append(seen == 0 ? exists : kMoved);
}

struct Describe {
  template <class Id>
  static std::string name(std::string_view kind, const Id& id) {
    return std::string(kind) + " " + oauth::to_text(id);
  }
  static std::string of_app(const core::SubjectId& subject, const core::ClientId& client) {
    return name("consent of", subject) + " for " + client.str();
  }

  std::string operator()(const core::OpenGrant& change) const {
    return name("grant", change.grant.id) + ": exists";
  }
  std::string operator()(const core::RotateGrant& change) const {
    return name("grant", change.id) + ": rotated, revoked or gone since it was read";
  }
  std::string operator()(const core::TouchGrant& change) const {
    return name("grant", change.id) + ": not live";
  }
  std::string operator()(const core::RevokeGrant& change) const { return name("grant", change.id); }
  std::string operator()(const core::StartSession& change) const {
    return name("session", change.session.id) + ": exists";
  }
  std::string operator()(const core::TouchSession& change) const {
    return name("session", change.id) + ": ended";
  }
  std::string operator()(const core::EndSession& change) const {
    return name("session", change.id);
  }
  static std::string notice(const core::SessionId& session, const core::ClientId& client) {
    return name("notice of session", session) + " for " + client.str();
  }
  std::string operator()(const core::NoteSessionClient& change) const {
    return notice(change.session, change.client);
  }
  std::string operator()(const core::PutOffNotice& change) const {
    return notice(change.session, change.client).append(kMoved);
  }
  std::string operator()(const core::DropNotice& change) const {
    return notice(change.session, change.client);
  }
  std::string operator()(const core::RememberConsent& change) const {
    return put(of_app(change.consent.subject, change.consent.client), change.seen);
  }
  std::string operator()(const core::WithdrawConsent& change) const {
    return of_app(change.subject, change.client);
  }
  std::string operator()(const core::RevokeToken& change) const {
    return name("token", change.token.id);
  }
  std::string operator()(const core::UseOnce&) const { return "a thing used once: seen before"; }
  std::string operator()(const core::PutUser& change) const {
    return put(name("user", change.user.id) + " (" + change.user.login + ")", change.seen,
               ": exists, or the login name is taken");
  }
  std::string operator()(const core::UpgradePassword& change) const {
    return name("user", change.subject);
  }
  std::string operator()(const core::DeleteUser& change) const {
    return name("user", change.subject).append(kGone);
  }
  std::string operator()(const core::PutClient& change) const {
    return put("client " + change.client.id.str(), change.seen);
  }
  std::string operator()(const core::DeleteClient& change) const {
    return ("client " + change.id.str()).append(kGone);
  }
  std::string operator()(const core::MarkClientUsed& change) const {
    return "client " + change.id.str();
  }
  std::string operator()(const core::PutResource& change) const {
    return put("resource " + change.resource.audience.str(), change.seen);
  }
  std::string operator()(const core::DeleteResource& change) const {
    return ("resource " + change.audience.str()).append(kGone);
  }
  std::string operator()(const core::PutKey& change) const {
    return put("key " + change.key.id, change.seen);
  }
  std::string operator()(const core::DeleteKey& change) const {
    return ("key " + change.id).append(kGone);
  }
};

}  // namespace

std::string lost_row(const core::Change& change) {
  return std::visit(Describe{}, change);
}

}  // namespace grantd::store
