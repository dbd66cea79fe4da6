// Shell completion, written from the table of commands.
#include <fmt/format.h>

#include "apps/grantd/command.h"
#include "apps/grantd/help.h"

namespace grantd::app {
namespace {

// What may follow "" (the first word) or a group's name.
std::string words_after(std::string_view group) {
  std::string out;
  for (const Command& command : commands()) {
    const std::size_t blank = command.path.find(' ');
    const bool in_group = blank != std::string_view::npos;
    if (group.empty() != !in_group) continue;
    if (in_group && command.path.substr(0, blank) != group) continue;
    out += fmt::format("{}{}", out.empty() ? "" : " ",
                       in_group ? command.path.substr(blank + 1) : command.path);
  }
  if (!group.empty()) return out;
  for (const Group& each : groups()) out += fmt::format(" {}", each.name);
  return out;
}

bool takes_file(const Option& option) {
  return option.value == "FILE" || option.value == "DIRECTORY";
}

std::string option_words(const Command& command) {
  std::string out;
  for (const Option& option : command.all_options()) {
    out += fmt::format("{}{}", out.empty() ? "" : " ", option.name);
  }
  return out;
}

// The shell's case branches "words | previous word" → what may stand there; bash and zsh share
// them.
std::string branches() {
  std::string out;
  for (const Command& command : commands()) {
    for (const Option& option : command.all_options()) {
      if (option.value.empty()) continue;
      const std::string_view what = takes_file(option) ? "@files" : "";
      out += fmt::format("    \"{}|{}\") fitting=\"{}{}\" ;;\n", command.path, option.name, what,
                         fmt::join(option.choices, " "));
    }
    out += fmt::format("    \"{}|\"*) fitting=\"{}\" ;;\n", command.path, option_words(command));
  }
  for (const Group& group : groups()) {
    out += fmt::format("    \"{}|\"*) fitting=\"{}\" ;;\n", group.name, words_after(group.name));
  }
  out += fmt::format("    \"|\"*) fitting=\"{} --help --version\" ;;\n", words_after(""));
  return out;
}

std::string group_names() {
  std::string out;
  for (const Group& group : groups()) {
    out += fmt::format("{}{}", out.empty() ? "" : "|", group.name);
  }
  return out;
}

std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

}  // namespace

std::string bash_completion() {
  return fmt::format(R"(# bash completion for grantd; written by `grantd completion bash`
_grantd() {{
  local path="" word fitting=""
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$word" in -*) break ;; esac
    path="${{path:+$path }}$word"
    case "$path" in {}) ;; *) break ;; esac
  done
  case "$path|${{COMP_WORDS[COMP_CWORD-1]}}" in
{}  esac
  COMPREPLY=()
  if [[ "$fitting" == @files ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}")
  elif [[ -n "$fitting" ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$fitting" -- "${{COMP_WORDS[COMP_CWORD]}}")
  fi
}}
complete -o filenames -F _grantd grantd
)",
                     group_names(), branches());
}

std::string zsh_completion() {
  return fmt::format(R"(#compdef grantd
# zsh completion for grantd; written by `grantd completion zsh`
_grantd() {{
  local at_path="" word fitting=""
  local -a before
  before=("${{(@)words[2,CURRENT-1]}}")
  for word in "${{before[@]}}"; do
    case "$word" in -*) break ;; esac
    at_path="${{at_path:+$at_path }}$word"
    case "$at_path" in {}) ;; *) break ;; esac
  done
  local previous="${{words[CURRENT-1]}}"
  case "$at_path|$previous" in
{}  esac
  if [[ "$fitting" == "@files" ]]; then
    _files
  elif [[ -n "$fitting" ]]; then
    compadd -- ${{=fitting}}
  fi
}}
# Found by compinit in a folder of $fpath, or sourced.
if [[ "${{funcstack[1]}}" == "_grantd" ]]; then
  _grantd "$@"
else
  compdef _grantd grantd
fi
)",
                     group_names(), branches());
}

std::string fish_completion() {
  std::string out = R"(# fish completion for grantd; written by `grantd completion fish`
function __grantd_at
  set -l path
  for word in (commandline -opc)[2..-1]
    string match -q -- '-*' $word; and break
    set -a path $word
    test (count $path) -ge 2; and break
  end
  test "$path" = "$argv"
end
complete -c grantd -f
)";
  for (const Group& group : groups()) {
    out += fmt::format("complete -c grantd -n '__grantd_at' -a {} -d {}\n", group.name,
                       fish_quoted(group.summary));
  }
  for (const Command& command : commands()) {
    const std::size_t blank = command.path.find(' ');
    const bool in_group = blank != std::string_view::npos;
    const std::string_view word = in_group ? command.path.substr(blank + 1) : command.path;
    out += fmt::format("complete -c grantd -n '__grantd_at{}{}' -a {} -d {}\n", in_group ? " " : "",
                       in_group ? command.path.substr(0, blank) : std::string_view(), word,
                       fish_quoted(command.summary));
    for (const Option& option : command.all_options()) {
      out += fmt::format("complete -c grantd -n '__grantd_at {}' -l {}{}{} -d {}\n", command.path,
                         option.name.substr(2), option.value.empty() ? "" : " -x",
                         takes_file(option) ? " -a '(__fish_complete_path)'"
                         : option.choices.empty()
                             ? std::string()
                             : fmt::format(" -a '{}'", fmt::join(option.choices, " ")),
                         fish_quoted(option.text));
    }
  }
  return out;
}

}  // namespace grantd::app
