// The simulated world: people with browsers, apps with codes and tokens, an operator, moving time.
// One step is one thing that somebody does; requests may rest between their look and their write.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "grantd/core/sealed/payloads.h"
#include "tests/sim/walk.h"

namespace grantd::sim {

// Puts a store between the simulator and the one that works: faults, planted bugs.
using Wrap = std::function<std::unique_ptr<store::Store>(std::unique_ptr<store::Store>)>;

class World {
 public:
  World(std::uint64_t seed, const Wrap& wrap);
  ~World();

  // One action, and the invariants after it. False: one is violated.
  bool step();
  Truth& truth() { return truth_; }

  struct Counts {
    std::uint64_t steps = 0, codes = 0, exchanges = 0, refreshes = 0, replays = 0, burns = 0,
                  raced = 0, unavailable = 0;
  };
  const Counts& counts() const { return counts_; }

 private:
  struct Page {
    std::string path;  // "/login", "/consent", "/logout"
    std::string form;  // sealed
  };
  struct Browser {
    std::optional<std::string> session, binding, device;
    std::vector<Page> pages;           // open ones, old ones too
    std::vector<std::string> resumes;  // ways back to the dispatcher that were followed before
  };
  struct Code {
    std::string text;
    core::GrantId id;
    std::size_t app = 0;
  };
  struct Token {
    std::string text;
    core::GrantId grant;
    std::uint32_t generation = 0;
    std::size_t app = 0;
  };

  // ---- what is done (people.cc, apps.cc, operator.cc)
  void open_app();
  void post_page();
  void go_back();
  void sign_out();
  void exchange();
  void refresh();
  void revoke();
  void guess();
  void operate();
  void let_time_pass();
  void sweep();

  // Walks to the end, rests on the way, or is sent twice and judged on the same facts.
  void run(Request request);
  void go_on(std::size_t resting);
  void finish(const Walk& walk);

  // ---- what comes back (answers.cc)
  void answer(const Walk& walk);
  void keep_cookies(const Walk& walk);
  void code_came(const Walk& walk, const core::SendCode& send);
  void page_came(const Walk& walk, const core::ShowPage& show);
  void tokens_came(const Walk& walk, const core::SendTokens& send);
  void exchange_yielded(const Walk& walk, const core::GrantId& id);
  void refresh_yielded(const Walk& walk, const core::SendTokens& send, const core::GrantId& id);
  void check_target(const Json& claims, const core::GrantId& id);
  void refused(const Walk& walk, const core::SendJsonError& send);
  void check_rows();

  // ---- helpers of the actions
  std::string seal(core::SealKind kind, const Bytes& payload);
  Request by_browser(std::size_t browser, std::string path, std::string method) const;
  Request by_app(std::size_t app, std::string path, std::string body);
  // Mostly none; a grant for several needs one.
  std::string resource();
  template <class Change>
  void operator_writes(Change change);
  core::Found operator_looks(const core::Wanted& wanted);

  Chance chance_;
  Truth truth_;
  Time now_ = from_seconds(1'800'000'000);
  core::Features features_;
  core::House house_;
  core::Keyring keys_;
  class Recorder;
  Recorder* recorder_ = nullptr;  // the innermost: what it wrote was written
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Place> place_;

  core::Resources apis_;
  std::vector<core::Client> apps_;  // as registered at first
  std::vector<core::SubjectId> people_;
  std::vector<Browser> browsers_;
  std::vector<Code> codes_;
  std::vector<Token> tokens_;
  std::vector<std::unique_ptr<Walk>> resting_;
  Counts counts_;
};

}  // namespace grantd::sim
