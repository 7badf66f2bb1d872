// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace dims {

// What messages of one number say in ECS words; an empty word is not set. A value.
struct AsaMeaning {
  absl::string_view category;
  absl::string_view more_category;
  absl::string_view type;
  absl::string_view more_type;
  absl::string_view action;
  absl::string_view outcome;
};

// One shape of messages. `pattern` is the text with placeholders in braces:
//
//   {S} {D}  end of a connection: "inside:192.0.2.1/80", with a user after it
//   {A} {B}  the same as access lists write it: "inside/192.0.2.1(80)"
//   {s} {d}  mapped address of that end: "198.51.100.1/80"
//   {q} {Q}  what may stand behind {s} and {d}: the user in parentheses
//   {t} transport    {g} direction   {c} connection  {T} duration    {b} {x} {y} bytes: all, sent,
//   {r} reason       {a} rule        {i} rule's id   {k} verdict         received; numbers
//   {u} user         {v} by a user   {G} group       {X} {Y} privilege before and after
//   {m} command      {e} program     {p} file        {j} what is done to it
//   {l} URL          {h} domain      {P} protocol    {w} user agent  {V} address given out
//   {n} {o} ICMP type and code       {f} TCP flags   {I} interface   {M} MAC address
//   {N} "address/MAC"                {O} object      {L} {K} threat's level and category
//   {W} user it is about             {z} packets     {Z} destination's port   {E} action
//   {F} VLAN         {_} what is not kept
struct AsaMessage {
  std::int32_t number;
  const AsaMeaning* meaning;
  absl::string_view pattern;  // empty: this number says no more than its meaning
};

inline constexpr std::size_t kAsaCapturesMax = 16;

// What the placeholders of a pattern stand for in one text. Views of the text.
struct AsaCaptures {
  struct One {
    char placeholder;
    absl::string_view text;
  };

  std::array<One, kAsaCapturesMax> items;
  std::size_t count = 0;

  absl::string_view Of(char placeholder) const {
    for (std::size_t i = 0; i < count; ++i) {
      if (items[i].placeholder == placeholder) return items[i].text;
    }
    return {};
  }
};

// False: the text is not of this shape. Thread: any.
bool MatchAsaPattern(absl::string_view pattern, absl::string_view text, AsaCaptures* out);

// The shapes of one number in the order they are tried; both null: an unknown number. Thread: any.
struct AsaMessages {
  const AsaMessage* begin_ = nullptr;
  const AsaMessage* end_ = nullptr;

  const AsaMessage* begin() const { return begin_; }

  const AsaMessage* end() const { return end_; }
};

AsaMessages FindAsaMessages(std::int32_t number);

// All of them, by number.
AsaMessages AllAsaMessages();

}  // namespace dims
