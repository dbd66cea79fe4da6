// From a template, a change and the flow's values to the request.
#include <algorithm>

#include "apps/lesson/scene.h"
#include "grantd/base/encoding.h"
#include "grantd/oauth/challenge.h"
#include "grantd/oauth/form.h"

namespace grantd::lesson {
namespace {

using Place = SentField::Place;

constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::string_view kUnknown = "…";

// Who sends what goes by no browser: the app, or whose client_id it shows.
std::string sender_of(const Exchange& exchange) {
  for (const SentField& field : exchange.fields) {
    if (field.name != "client_id" || field.left_out) continue;
    return field.value.starts_with("postcard") ? "postcard" : field.value;
  }
  return "postcard";
}

SentField* find(std::vector<SentField>& fields, std::string_view name) {
  const auto found = std::ranges::find_if(fields, [&](const SentField& field) {
    return lower_ascii(field.name) == lower_ascii(name);
  });
  return found == fields.end() ? nullptr : &*found;
}

// The value alone, where it is nothing but one name that may be absent.
bool is_optional(std::string_view text) {
  const auto pieces = pieces_of(text);
  return pieces.size() == 1 && pieces[0].name && pieces[0].name->optional;
}

void encode(Exchange& exchange) {
  oauth::Form query, form;
  bool any_form = false;
  for (const SentField& field : exchange.fields) {
    if (field.left_out) continue;
    if (field.place == Place::query) query.add(field.name, field.value);
    if (field.place == Place::form) form.add(field.name, field.value);
    any_form = any_form || field.place == Place::form;
  }
  const std::string extra = query.encode();
  if (!extra.empty()) exchange.query += (exchange.query.empty() ? "" : "&") + extra;
  if (any_form) exchange.body = form.encode();
}

}  // namespace

std::string Scene::value(const std::string& flow, std::string_view name) const {
  const auto of = flows_.find(flow.empty() ? current_ : flow);
  if (of != flows_.end()) {
    const auto found = of->second.values.find(name);
    if (found != of->second.values.end()) return found->second;
    if (name == "basic") {
      return oauth::make_basic(value(flow, "client_id"), value(flow, "client_secret"));
    }
  }
  return room_.value(name);
}

Pairs Scene::all_values() const {
  Pairs out = room_.values();
  if (!has_flow()) return out;
  for (const auto& [name, text] : flow().values) out.emplace_back(name, text);
  return out;
}

std::string Scene::fill(std::string_view text, bool* missing) const {
  std::string out;
  for (const Piece& piece : pieces_of(text)) {
    if (!piece.name) {
      out += piece.text;
      continue;
    }
    const std::string known = value(piece.name->flow, piece.name->name);
    if (known.empty() && missing) *missing = true;
    if (known.empty() && !piece.name->optional) {
      out += kUnknown;
    } else {
      out += piece.name->filter.empty() ? known : filtered(piece.name->filter, known);
    }
  }
  return out;
}

Exchange Scene::make(const Send& what) const {
  const RequestTemplate& from = *book_.request(what.request);
  const Change& change = what.change;
  Exchange out;
  out.request = from.name;
  out.good_method = from.method;
  out.method = change.method.empty() ? from.method : change.method;
  out.method_changed = out.method != out.good_method;
  const std::string url = fill(from.url);
  out.url = url.substr(0, url.find('?'));
  if (out.url.size() < url.size()) out.query = url.substr(out.url.size() + 1);
  out.to = room_.party_of(out.url);

  const auto add = [&](Place place, const std::string& name, const std::string& text) {
    bool missing = false;
    std::string filled = fill(text, &missing);
    if (missing && is_optional(text)) return;
    out.fields.push_back({.place = place, .name = name, .value = std::move(filled)});
  };
  for (const auto& [name, text] : from.query) add(Place::query, name, text);
  for (const auto& [name, text] : from.form) add(Place::form, name, text);
  for (const auto& [name, text] : from.header) add(Place::header, name, text);
  if (!from.form.empty()) {
    out.fields.push_back(
        {.place = Place::header, .name = "Content-Type", .value = std::string(kForm)});
  }
  apply(change, from.form.empty() ? Place::query : Place::form, out);

  for (SentField& field : out.fields) {
    field.secret = std::ranges::find(book_.secrets, field.name) != book_.secrets.end();
  }
  if (from.browser) {
    out.who = !what.who.empty() ? what.who : has_flow() ? flow().who : "mira";
    out.from = out.who;
  } else {
    out.from = what.who.empty() ? sender_of(out) : what.who;
  }
  encode(out);
  return out;
}

void Scene::apply(const Change& change, Place place, Exchange& out) const {
  for (const auto& [name, text] : change.set) {
    if (SentField* const field = find(out.fields, name)) {
      field->good = std::exchange(field->value, fill(text));
      field->changed = true;
    } else {
      out.fields.push_back({.place = place, .name = name, .value = fill(text), .changed = true});
    }
  }
  for (const std::string& name : change.drop) {
    if (SentField* const field = find(out.fields, name)) field->left_out = field->changed = true;
  }
  for (const auto& [name, values] : change.twice) {
    const auto at = std::ranges::find(out.fields, name, &SentField::name);
    const Place where = at == out.fields.end() ? place : at->place;
    const auto from = at == out.fields.end() ? at : out.fields.erase(at);
    std::vector<SentField> all;
    for (const std::string& text : values) {
      all.push_back({.place = where, .name = name, .value = fill(text), .changed = true});
    }
    out.fields.insert(from, all.begin(), all.end());
  }
  const bool whole = std::ranges::find(change.in_query, "*") != change.in_query.end();
  for (SentField& field : out.fields) {
    const bool named =
        std::ranges::find(change.in_query, field.name) != change.in_query.end();
    if (field.place != Place::form || !(whole || named)) continue;
    field.place = Place::query;
    field.changed = true;
  }
  for (const auto& [name, text] : change.header) {
    SentField* const field = find(out.fields, name);
    if (field) {
      field->changed = true;
      if (text.empty()) field->left_out = true;
      if (!text.empty()) field->good = std::exchange(field->value, fill(text));
    } else if (!text.empty()) {
      out.fields.push_back(
          {.place = Place::header, .name = name, .value = fill(text), .changed = true});
    }
  }
}

}  // namespace grantd::lesson
