// One table in memory: rows by key and in the order in which they came, with an undo log.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace grantd::store {

// What takes a half-applied list of changes back, last change first.
using UndoLog = std::vector<std::move_only_function<void()>>;

template <class Key, class Row>
class MemoryTable {
 public:
  const Row* find(const Key& key) const {
    const auto found = numbers_.find(key);
    return found == numbers_.end() ? nullptr : &rows_.at(found->second);
  }
  void put(const Key& key, Row row, UndoLog& undo) {
    const auto found = numbers_.find(key);
    if (found == numbers_.end()) {
      const std::uint64_t number = next_++;
      numbers_.emplace(key, number);
      rows_.emplace(number, std::move(row));
      undo.push_back([this, key] { take(key); });
      return;
    }
    Row& place = rows_.at(found->second);
    undo.push_back([this, key, before = place] { rows_.at(numbers_.at(key)) = before; });
    place = std::move(row);
  }
  void erase(const Key& key, UndoLog& undo) {
    const auto found = numbers_.find(key);
    if (found == numbers_.end()) return;
    const std::uint64_t number = found->second;
    undo.push_back([this, key, number, before = rows_.at(number)] {
      numbers_.emplace(key, number);
      rows_.emplace(number, before);
    });
    take(key);
  }

  const std::map<std::uint64_t, Row>& by_number() const { return rows_; }
  const std::map<Key, std::uint64_t>& by_key() const { return numbers_; }

 private:
  void take(const Key& key) {
    const auto found = numbers_.find(key);
    rows_.erase(found->second);
    numbers_.erase(found);
  }

  std::map<std::uint64_t, Row> rows_;
  std::map<Key, std::uint64_t> numbers_;
  std::uint64_t next_ = 1;
};

}  // namespace grantd::store
