// What is played: requests as templates, moves, what must come (web/lesson/README.md, "A play").
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/lesson/toml_node.h"
#include "grantd/base/time.h"

namespace grantd::lesson {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct RequestTemplate {
  std::string name;
  std::string method;
  std::string url;
  bool browser = false;  // it goes through a person's browser, with cookies
  Pairs query, form, header;
};

// What differs from the template.
struct Change {
  std::string method;  // empty: as it is
  Pairs set;
  std::vector<std::string> drop;
  std::vector<std::pair<std::string, std::vector<std::string>>> twice;
  std::vector<std::string> in_query;  // of the form; {"*"}: all of it
  Pairs header;                       // an empty value: left out

  bool empty() const {
    return method.empty() && set.empty() && drop.empty() && twice.empty() && in_query.empty() &&
           header.empty();
  }
};

struct Send {
  std::string request;  // a template's name; empty: nothing is sent
  Change change;
  std::string who;  // "mira", "rook"; empty: whose flow it is
  bool follow = false;
};

struct Move {
  enum class Verb {
    begin, send, sign_in, consent, walk, use, keep, wait, sign_out, withdraw, album, postcard,
    deliver
  };
  Verb verb = Verb::send;
  std::string argument;  // what stands behind the verb
  std::string as, who, with, app;
  Send send;
  Duration wait{};
  int step = 0;  // of `walk`
};

// What must come; what is absent is not judged.
struct Expect {
  std::vector<int> status;
  std::string kind;                // "html", "json", "redirect", "client"
  std::vector<std::string> error;  // any of them; "none"
  std::string allow;
  std::string state;  // "same", "absent"
  std::string page;   // "login", "consent"
  std::string to;     // the party that was asked: "harbour"
  std::optional<bool> location, iss, code, token, aborts, token_request, active;
  Pairs same;  // member of the JSON, template
};

struct AfterProbe {
  std::string probe;
  std::string flow;  // empty: the present one
};

struct Play {
  int after_step = 0;  // 0: from the start
  std::string app = "postcard";
  std::vector<Move> before;
  Send request;
  std::vector<Move> then;
  Expect expect;
  std::vector<AfterProbe> after;
};

struct Probe {
  std::string id;
  std::vector<Move> before, then;
  Send request;  // none: rows are compared
  Expect expect;
  struct Rows {
    std::optional<int> grants, consents, sessions;  // by how many live ones there are more
  } rows;
  std::string says;  // words
};

RequestTemplate read_request(const std::string& name, Reader& from);
Play read_play(Reader& from);
Probe read_probe(const std::string& id, Reader& from);

// A name in braces: {verifier|last}, {client_secret?}, {mira:code}.
struct Name {
  std::string flow, name, filter;
  bool optional = false;
};
struct Piece {
  std::string text;          // as it is
  std::optional<Name> name;  // or a name
};
// Braces that hold no name stand as they are (JSON).
std::vector<Piece> pieces_of(std::string_view text);

}  // namespace grantd::lesson
