// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "agent/formats/dialect_tree.h"
#include "agent/formats/key_memory.h"

namespace dims {

// What the formats of one parser remember from line to line: the names they met, with what becomes
// of their values. Nothing in it changes what a line gives; it is only found sooner.
//
// Limits: those of KeyMemory and DialectTree for each of the formats. Thread: one. The tables and
// dialects, which are few and never die, are known by their addresses.
class FormatMemory {
 public:
  KeyMemory& Of(const KeyTable& table) { return Find(tables_, table); }

  DialectTree& Of(const Dialect& dialect) { return Find(dialects_, dialect); }

 private:
  template <typename Memory, typename Subject>
  static Memory& Find(std::vector<std::pair<const Subject*, std::unique_ptr<Memory>>>& known,
                      const Subject& subject) {
    for (const auto& [of, memory] : known) {
      if (of == &subject) return *memory;
    }
    return *known.emplace_back(&subject, std::make_unique<Memory>(subject)).second;
  }

  std::vector<std::pair<const KeyTable*, std::unique_ptr<KeyMemory>>> tables_;
  std::vector<std::pair<const Dialect*, std::unique_ptr<DialectTree>>> dialects_;
};

}  // namespace dims
