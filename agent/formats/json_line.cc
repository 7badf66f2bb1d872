// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/json_line.h"

#include <simdjson.h>

#include <forward_list>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/fields/field_writer.h"
#include "agent/fields/text_cursor.h"
#include "agent/fields/text_repair.h"
#include "agent/fields/time_value.h"
#include "agent/formats/dialect_tree.h"
#include "agent/formats/format_memory.h"
#include "agent/formats/suricata_eve.h"
#include "agent/formats/windows_event.h"
#include "agent/formats/zeek_log.h"

namespace dims {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr absl::string_view kTimeKeys[] = {"@timestamp", "timestamp", "ts",        "time",
                                           "eventTime",  "datetime",  "event_time"};
constexpr absl::string_view kMessageKeys[] = {"message", "msg", "log", "MESSAGE"};

absl::string_view ViewOf(std::string_view text) {
  return {text.data(), text.size()};
}

bool IsScalar(const element& value) {
  return value.type() != element_type::ARRAY && value.type() != element_type::OBJECT;
}

// A time that needs no guessing.
std::optional<std::int64_t> TimeOf(const element& value) {
  std::int64_t integer = 0;
  if (value.get(integer) == simdjson::SUCCESS) return EpochNanos(integer);
  double number = 0;
  if (value.get(number) == simdjson::SUCCESS) return EpochNanos(number);
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return ReadTimeValue(ViewOf(text));
  return std::nullopt;
}

// What JSON calls null is absent.
RecordValue ValueOf(const element& value) {
  switch (value.type()) {
    case element_type::STRING:
      return RecordValue::Text(ViewOf(value.get_string().value_unsafe()));
    case element_type::INT64:
      return RecordValue::Integer(value.get_int64().value_unsafe());
    case element_type::DOUBLE:
      return RecordValue::Double(value.get_double().value_unsafe());
    case element_type::BOOL:
      return RecordValue::Bool(value.get_bool().value_unsafe());
    default:
      return RecordValue{};
  }
}

// Walks the object and gives its leaves their places.
class Flattener {
 public:
  // `plain`: no string of the object can hold a control character.
  Flattener(DialectTree& tree, bool plain, FieldWriter& writer, EventRow& row)
      : tree_(tree), plain_(plain), writer_(writer), row_(row) {}

  void Object(const simdjson::dom::object& object) { Object(object, tree_.root(), 1, false); }

  // Members that became the time or the message; empty: none did.
  void TakeTime(absl::string_view key) { time_key_ = key; }

  void TakeMessage(absl::string_view key) { message_key_ = key; }

  const RecordNotes& notes() const { return notes_; }

 private:
  void Object(const simdjson::dom::object& object, DialectTree::Node& parent, int depth,
              bool in_array) {
    DialectTree::Node* before = nullptr;
    for (const auto& [key, value] : object) {
      if (depth == 1 && IsTaken(key)) continue;
      DialectTree::Node& node = tree_.Child(parent, before, ViewOf(key), depth);
      if (node.remembered) before = &node;
      Value(value, node, depth, in_array);
    }
  }

  bool IsTaken(std::string_view key) const {
    const absl::string_view name = ViewOf(key);
    return !name.empty() && (name == time_key_ || name == message_key_);
  }

  void Value(const element& value, DialectTree::Node& node, int depth, bool in_array) {
    switch (value.type()) {
      case element_type::OBJECT:
        if (depth >= JsonLine::kDepthMax) {
          Deep(value, node);
        } else {
          Object(value.get_object().value_unsafe(), node, depth + 1, in_array);
        }
        return;
      case element_type::ARRAY:
        Array(value.get_array().value_unsafe(), value, node, depth, in_array);
        return;
      default:
        Scalar(value, node, in_array);
    }
  }

  void Array(const simdjson::dom::array& array, const element& whole, DialectTree::Node& node,
             int depth, bool in_array) {
    // One scalar is that scalar: many producers wrap every value.
    if (!in_array && array.size() == 1 && IsScalar(array.at(0).value_unsafe())) {
      Scalar(array.at(0).value_unsafe(), node, false);
      return;
    }
    if (depth >= JsonLine::kDepthMax) {
      Deep(whole, node);
      return;
    }
    for (const element value : array) Value(value, node, depth + 1, true);
  }

  void Scalar(const element& value, const DialectTree::Node& node, bool in_array) {
    if (!Count()) return;
    if (value.type() == element_type::UINT64) {  // above what an integer column holds
      const std::string digits = absl::StrCat(value.get_uint64().value_unsafe());
      writer_.PlainLabel(node.place, digits);
      return;
    }
    RecordValue plain = ValueOf(value);
    if (!plain_ && !IsPlainText(plain.AsText())) {
      repaired_.emplace_front();
      RepairText(plain.AsText(), &repaired_.front());
      plain = RecordValue::Text(repaired_.front());
    }
    DialectTree::Put(node, plain, in_array, row_, writer_, notes_);
  }

  // Too deep for columns: its JSON, searchable as text.
  void Deep(const element& value, const DialectTree::Node& node) {
    if (!Count()) return;
    std::string plain;
    RepairText(simdjson::minify(value), &plain);
    writer_.PlainLabel(node.place, plain);
  }

  bool Count() {
    if (++leaves_ <= JsonLine::kLeavesMax) return true;
    row_.Tag("fields_dropped");
    return false;
  }

  DialectTree& tree_;
  const bool plain_;
  FieldWriter& writer_;
  EventRow& row_;
  RecordNotes notes_;
  std::forward_list<std::string> repaired_;  // what notes may point to
  absl::string_view time_key_;
  absl::string_view message_key_;
  int leaves_ = 0;
};

// The member that tells when, or "".
absl::string_view TimeMember(const simdjson::dom::object& object, TextResult& outcome) {
  for (const absl::string_view key : kTimeKeys) {
    element value;
    if (object[std::string_view(key.data(), key.size())].get(value) != simdjson::SUCCESS) continue;
    outcome.time_ns = TimeOf(value);
    if (outcome.time_ns) return key;
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS) continue;
    const auto clock = ReadIsoClock(ViewOf(text));
    if (!clock || clock->has_zone || clock->length != text.size()) continue;
    outcome.clock = clock;
    return key;
  }
  return {};
}

// The member that holds the text, or "".
absl::string_view MessageMember(const simdjson::dom::object& object, TextResult& outcome,
                                EventRow& row) {
  for (const absl::string_view key : kMessageKeys) {
    std::string_view text;
    if (object[std::string_view(key.data(), key.size())].get(text) != simdjson::SUCCESS) continue;
    absl::string_view message = ViewOf(text);
    absl::ConsumeSuffix(&message, "\n");  // container runtimes keep the line's end
    std::string plain;
    RepairText(message, &plain);
    row.builder().Text(Field::kMessage, plain);
    outcome.message = true;
    return key;
  }
  return {};
}

constexpr Dialect kGeneric = {.name = "generic.json", .names = Dialect::Names::kAliases};

// What stands beside a record that another object wraps. Its time is the shipper's.
void ConcludeNothing(Record& /*record*/) {}

constexpr DialectMember kWrapperMembers[] = {
    {"message", Field::kCount, 1},
    {"result._raw", Field::kCount, 1},
    {"result.host", Field::kHostName},
};

constexpr Dialect kWrapper = {.name = "generic.json",
                              .names = Dialect::Names::kAliases,
                              .members = kWrapperMembers,
                              .conclude = ConcludeNothing};

// Names of an object's own members that tell its producer.
RecordMarks MarksOf(const simdjson::dom::object& object) {
  RecordMarks marks;
  for (const auto& [key, value] : object) {
    marks.Add(ViewOf(key));
    if (IsSuricataEve(marks) || marks.HasAll(RecordMarks::kZeekPath | RecordMarks::kTs)) break;
  }
  return marks;
}

// Null: not one of Zeek's.
const Dialect* ZeekDialectOf(const simdjson::dom::object& object, const RecordMarks& marks,
                             absl::string_view origin) {
  std::string_view path;
  if (marks.HasAll(RecordMarks::kZeekPath) && object["_path"].get(path) == simdjson::SUCCESS) {
    return &ZeekLog(ViewOf(path));
  }
  if (!marks.HasAny(RecordMarks::kZeekId | RecordMarks::kZeekRecord)) return nullptr;
  if (const absl::string_view log = ZeekLogOfFile(origin); !log.empty()) return &ZeekLog(log);
  ZeekLogGuess guess;
  for (const auto& [key, value] : object) guess.Add(ViewOf(key));
  return &ZeekLog(guess.log());
}

const Dialect& DialectOf(const simdjson::dom::object& object, const RecordMarks& marks,
                         absl::string_view origin) {
  if (IsSuricataEve(marks)) return SuricataEve();
  if (const Dialect* windows = WindowsDialect(marks)) return *windows;
  if (marks.HasAll(RecordMarks::kTs)) {
    if (const Dialect* zeek = ZeekDialectOf(object, marks, origin)) return *zeek;
  }
  return kGeneric;
}

}  // namespace

class JsonLine::Document {
 public:
  std::optional<TextResult> Parse(absl::string_view text, absl::string_view origin, EventRow& row);

 private:
  std::optional<TextResult> ParseWrapped(const simdjson::dom::object& outer, absl::string_view text,
                                         absl::string_view origin, EventRow& row);
  TextResult Flatten(const simdjson::dom::object& object, const Dialect& dialect,
                     absl::string_view text, EventRow& row);

  simdjson::dom::parser parser_;
  simdjson::dom::parser inner_;  // of what another object wraps
};

JsonLine::JsonLine() : document_(std::make_unique<Document>()) {}

JsonLine::~JsonLine() = default;

std::optional<TextResult> JsonLine::Parse(absl::string_view text, absl::string_view origin,
                                          EventRow& row) {
  return document_->Parse(text, origin, row);
}

std::optional<TextResult> JsonLine::Document::Parse(absl::string_view text,
                                                    absl::string_view origin, EventRow& row) {
  simdjson::dom::object object;
  if (parser_.parse(text.data(), text.size()).get(object) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  const RecordMarks marks = MarksOf(object);
  if (marks.HasAny(RecordMarks::kWrapper)) {
    if (const auto result = ParseWrapped(object, text, origin, row)) return result;
  }
  return Flatten(object, DialectOf(object, marks, origin), text, row);
}

TextResult JsonLine::Document::Flatten(const simdjson::dom::object& object, const Dialect& dialect,
                                       absl::string_view text, EventRow& row) {
  TextResult result;
  FieldWriter writer(row);
  const bool plain = FindByte(text, '\\') == text.npos;
  Flattener flattener(row.memory().Of(dialect), plain, writer, row);
  if (dialect.conclude == nullptr) {
    flattener.TakeTime(TimeMember(object, result));
    flattener.TakeMessage(MessageMember(object, result, row));
  }
  flattener.Object(object);
  if (dialect.conclude != nullptr) {
    Record record{flattener.notes(), row, writer, result, dialect};
    dialect.conclude(record);
  }
  if (!row.Has(Field::kEventDataset)) row.Keyword(Field::kEventDataset, dialect.name);
  return result;
}

// A shipper's object around a record as text: the record is what happened, the rest goes beside it.
std::optional<TextResult> JsonLine::Document::ParseWrapped(const simdjson::dom::object& outer,
                                                           absl::string_view text,
                                                           absl::string_view origin,
                                                           EventRow& row) {
  std::string_view inside;
  if (outer["message"].get(inside) != simdjson::SUCCESS &&
      outer["result"]["_raw"].get(inside) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  const absl::string_view record = absl::StripAsciiWhitespace(ViewOf(inside));
  simdjson::dom::object object;
  if (record.empty() || record.front() != '{' ||
      inner_.parse(record.data(), record.size()).get(object) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  const Dialect& dialect = DialectOf(object, MarksOf(object), origin);
  if (dialect.conclude == nullptr) return std::nullopt;
  const TextResult result = Flatten(object, dialect, text, row);
  Flatten(outer, kWrapper, text, row);
  return result;
}

}  // namespace dims
