#include "tests/sim/walk.h"

#include "grantd/base/check.h"
namespace grantd::sim {

using core::ProofAnswer;

// splitmix64.
std::uint64_t Chance::next() {
  state_ += 0x9e3779b97f4a7c15;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

Walk::Walk(Place& place, Request request) : place_(place), request_(std::move(request)) {
  core::RawRequest raw;
  raw.method = request_.method;
  raw.query = request_.query;
  raw.body = request_.body;
  if (!request_.body.empty()) raw.content_type = "application/x-www-form-urlencoded";
  raw.authorization = request_.authorization;
  raw.address = "192.0.2.1";
  raw.session_cookie = request_.session_cookie;
  raw.browser_cookie = request_.browser_cookie;
  raw.device_cookie = request_.device_cookie;
  core::Read read = core::read(*place_.house.features->endpoint(request_.path), raw, place_.house,
                               place_.keys);
  if (auto* decision = std::get_if<core::Decision>(&read)) {
    decision_ = std::move(*decision);
    answered_ = decision_.changes.empty();
    if (!answered_) place_.truth.fail("reading alone wants to write");
    return;
  }
  if (std::holds_alternative<core::UnknownKey>(read)) {
    place_.truth.fail("a key is unknown");
    give_up();
    return;
  }
  case_ = std::get<std::unique_ptr<core::Case>>(std::move(read));
}

void Walk::give_up() {
  answered_ = true;
  unavailable_ = true;
}

void Walk::look() {
  core::Wanted wanted = case_->wants();
  wanted.grant_is_new = wanted.grant_is_new && !leave_nothing_out_;
  place_.store.gather(wanted, [this](Result<core::Found, store::StoreError> found) {
    if (!found) return give_up();
    found_ = std::move(*found);
  });
  looked_ = place_.truth.now();
}

void Walk::judge() {
  if (answered_) return;
  look();
  if (!answered_) decide();
}

void Walk::look_again() {
  leave_nothing_out_ = true;
  judge();
}

void Walk::decide() {
  if (++rounds_ > 3) return give_up();
  core::Moment moment;
  moment.now = std::max(place_.now, found_.latest);
  for (std::size_t i = 0; i < moment.seed.size(); ++i) {
    moment.seed[i] = static_cast<std::uint8_t>(place_.chance.next());
  }
  judged_at_ = moment.now;
  core::Verdict verdict = case_->decide(found_, moment);
  if (const auto* asked = std::get_if<core::Ask>(&verdict)) {
    if (std::holds_alternative<core::AskGrant>(*asked)) {
      --rounds_;  // no race was lost
      return look_again();
    }
    const auto* ask = std::get_if<core::AskProof>(asked);
    CHECK(ask);  // no app of this world lives at a URL
    using Kind = ProofAnswer::Kind;
    const bool right = ask->phc == "pw:" + std::string(ask->secret.reveal_text());
    ProofAnswer answer{.kind = right ? Kind::matches : Kind::differs};
    if (place_.chance.one_in(60)) answer = {.kind = Kind::throttled, .wait = seconds(1)};
    if (place_.chance.one_in(60)) answer = {.kind = Kind::overloaded, .wait = seconds(1)};
    if (right && place_.chance.one_in(4)) answer.upgraded = ask->phc;
    found_.proof = answer;
    return decide();
  }
  decision_ = std::get<core::Decision>(std::move(verdict));
  if (request_.proves_nothing && !decision_.changes.empty()) {
    place_.truth.fail("who proved nothing wants to write: " + request_.note);
  }
  answered_ = decision_.changes.empty();
}

void Walk::write() {
  if (answered_) return;
  bool lost = false;
  place_.store.commit(decision_.changes, judged_at_,
                      [&](Result<store::Committed, store::StoreError> committed) {
                        if (!committed) return give_up();
                        lost = std::holds_alternative<store::Lost>(*committed);
                      });
  if (lost) return look_again();
  written_ = place_.truth.now();
  answered_ = true;
}

}  // namespace grantd::sim
