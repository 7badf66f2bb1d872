// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/json_line.h"

#include <simdjson.h>

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/fields/field_writer.h"
#include "agent/fields/text_repair.h"
#include "agent/fields/time_value.h"

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

// A scalar as text; what JSON calls null is absent.
std::optional<std::string> ScalarText(const element& value) {
  switch (value.type()) {
    case element_type::STRING:
      return std::string(std::string_view(value.get_string().value_unsafe()));
    case element_type::INT64:
      return absl::StrCat(value.get_int64().value_unsafe());
    case element_type::UINT64:
      return absl::StrCat(value.get_uint64().value_unsafe());
    case element_type::DOUBLE:
      return absl::StrCat(value.get_double().value_unsafe());
    case element_type::BOOL:
      return value.get_bool().value_unsafe() ? "true" : "false";
    case element_type::NULL_VALUE:
    case element_type::ARRAY:
    case element_type::OBJECT:
      return std::nullopt;
  }
  return std::nullopt;
}

// Walks the object and writes its leaves.
class Flattener {
 public:
  Flattener(FieldWriter& writer, EventRow& row) : writer_(writer), row_(row) {}

  void Object(const simdjson::dom::object& object, int depth, bool in_array) {
    for (const auto& [key, value] : object) {
      const std::size_t length = path_.size();
      if (!path_.empty()) path_.push_back('.');
      path_.append(key);
      if (depth > 1 || !IsTaken(key)) Value(value, depth, in_array);
      path_.resize(length);
    }
  }

  // Members that became the time or the message; empty: none did.
  void TakeTime(absl::string_view key) { time_key_ = key; }

  void TakeMessage(absl::string_view key) { message_key_ = key; }

 private:
  bool IsTaken(std::string_view key) const {
    const absl::string_view name = ViewOf(key);
    return !name.empty() && (name == time_key_ || name == message_key_);
  }

  void Value(const element& value, int depth, bool in_array) {
    switch (value.type()) {
      case element_type::OBJECT:
        if (depth >= JsonLine::kDepthMax) {
          Deep(value);
        } else {
          Object(value.get_object().value_unsafe(), depth + 1, in_array);
        }
        return;
      case element_type::ARRAY:
        Array(value.get_array().value_unsafe(), value, depth, in_array);
        return;
      default:
        if (!Count()) return;
        in_array ? Element(value) : Scalar(value);
    }
  }

  void Array(const simdjson::dom::array& array, const element& whole, int depth, bool in_array) {
    // One scalar is that scalar: many producers wrap every value.
    if (!in_array && array.size() == 1 && IsScalar(array.at(0).value_unsafe())) {
      if (Count()) Scalar(array.at(0).value_unsafe());
      return;
    }
    if (depth >= JsonLine::kDepthMax) {
      Deep(whole);
      return;
    }
    for (const element value : array) Value(value, depth + 1, true);
  }

  void Scalar(const element& value) {
    switch (value.type()) {
      case element_type::STRING:
        writer_.String(path_, ViewOf(value.get_string().value_unsafe()));
        return;
      case element_type::INT64:
        writer_.Integer(path_, value.get_int64().value_unsafe());
        return;
      case element_type::DOUBLE:
        writer_.Double(path_, value.get_double().value_unsafe());
        return;
      case element_type::BOOL:
        writer_.Bool(path_, value.get_bool().value_unsafe());
        return;
      default:
        if (const auto text = ScalarText(value)) writer_.String(path_, *text);
    }
  }

  void Element(const element& value) {
    if (const auto text = ScalarText(value)) writer_.Element(path_, *text);
  }

  // Too deep for columns: its JSON, searchable as text.
  void Deep(const element& value) {
    if (Count()) writer_.Label(path_, simdjson::minify(value));
  }

  bool Count() {
    if (++leaves_ <= JsonLine::kLeavesMax) return true;
    row_.Tag("fields_dropped");
    return false;
  }

  FieldWriter& writer_;
  EventRow& row_;
  std::string path_;
  absl::string_view time_key_;
  absl::string_view message_key_;
  int leaves_ = 0;
};

// The member that tells when, or "".
absl::string_view TimeMember(const simdjson::dom::object& object, JsonLine::Outcome& outcome) {
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
absl::string_view MessageMember(const simdjson::dom::object& object, JsonLine::Outcome& outcome,
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

// Zeek's JSON carries the name of its log.
void MarkZeek(const simdjson::dom::object& object, EventRow& row) {
  std::string_view log;
  if (object["_path"].get(log) != simdjson::SUCCESS || log.empty() || log.size() > 64) return;
  if (object["ts"].error() != simdjson::SUCCESS || !IsPlainText(ViewOf(log))) return;
  row.Keyword(Field::kEventDataset, absl::StrCat("zeek.", ViewOf(log)));
}

// Suricata's EVE names itself by what its records have in common.
void MarkSuricata(const simdjson::dom::object& object, EventRow& row) {
  std::string_view type;
  if (object["event_type"].get(type) != simdjson::SUCCESS) return;
  if (object["flow_id"].error() != simdjson::SUCCESS &&
      object["src_ip"].error() != simdjson::SUCCESS) {
    return;
  }
  row.Keyword(Field::kEventDataset, "suricata.eve");
  row.Keyword(Field::kEventAction, ViewOf(type));
  if (type != "alert") return;
  row.Keyword(Field::kEventKind, "alert");
  if (!row.Has(Field::kEventCategory)) row.Means({"intrusion_detection", "info", "", ""});
}

}  // namespace

class JsonLine::Document {
 public:
  simdjson::dom::parser parser;
};

JsonLine::JsonLine() : document_(std::make_unique<Document>()) {}

JsonLine::~JsonLine() = default;

std::optional<JsonLine::Outcome> JsonLine::Parse(absl::string_view text, EventRow& row) {
  simdjson::dom::object object;
  if (document_->parser.parse(text.data(), text.size()).get(object) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  Outcome outcome;
  FieldWriter writer(row);
  Flattener flattener(writer, row);
  flattener.TakeTime(TimeMember(object, outcome));
  flattener.TakeMessage(MessageMember(object, outcome, row));
  flattener.Object(object, 1, false);
  MarkZeek(object, row);
  MarkSuricata(object, row);
  return outcome;
}

}  // namespace dims
