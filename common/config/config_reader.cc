// SPDX-License-Identifier: Apache-2.0
#include "common/config/config_reader.h"

// The distribution's library throws; the header alone does not need to.
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
// Its assertions fail on wrong text ("[!]"), before the error that it would report; with NDEBUG
// they even become promises to the compiler.
#undef NDEBUG
#define TOML_ASSERT(expr) static_assert(true)
#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/config/config_units.h"

namespace dims {
namespace {

absl::string_view View(std::string_view text) {
  return {text.data(), text.size()};
}

struct SourceFile {
  std::string name;
  std::vector<std::string> lines;
};

// One reading: walks the parsed files and keeps what was seen where.
class Reading {
 public:
  Reading(const ConfigDescription& description, ConfigReport& report)
      : description_(description), report_(report) {}

  void ReadText(const std::string& name, const std::string& text) {
    file_.name = name;
    file_.lines = absl::StrSplit(text, '\n');
    const toml::parse_result parsed = toml::parse(std::string_view(text), std::string_view(name));
    if (!parsed) {
      const toml::source_region& where = parsed.error().source();
      Problem(where, 1, std::string(parsed.error().description()), "");
      return;
    }
    WalkTable(parsed.table(), "");
  }

  // Defaults of what was not set, and what must be.
  void Finish() {
    for (const ConfigTable& table : description_.tables) {
      if (!table.repeated) FillIn(table, absl::StrCat("[", table.name, "]"), seen_[table.name], {});
    }
  }

  // In the order of the description; what repeats in the order of the files.
  std::vector<EffectiveValue> TakeEffective() {
    std::map<std::string, std::size_t> rank;
    for (const ConfigTable& table : description_.tables) {
      rank.emplace(absl::StrCat(table.repeated ? "[[" : "[", table.name), rank.size());
    }
    const auto rank_of = [&](const EffectiveValue& value) {
      return rank[value.table.substr(0, value.table.find(']'))];
    };
    std::stable_sort(effective_.begin(), effective_.end(),
                     [&](const auto& a, const auto& b) { return rank_of(a) < rank_of(b); });
    return std::move(effective_);
  }

 private:
  using SeenKeys = std::map<std::string, ConfigPlace>;

  // A table that only leads to described ones: the root, [input].
  void WalkTable(const toml::table& node, const std::string& prefix) {
    for (const auto& [key, value] : node) {
      const std::string name = absl::StrCat(prefix, View(key.str()));
      const ConfigTable* const table = description_.Find(name);
      if (table != nullptr) {
        ReadTableNode(*table, value, key);
      } else if (IsPrefix(name) && value.is_table()) {
        WalkTable(*value.as_table(), name + ".");
      } else {
        UnknownTable(name, key, value);
      }
    }
  }

  bool IsPrefix(const std::string& name) const {
    return std::any_of(description_.tables.begin(), description_.tables.end(), [&](const auto& t) {
      return absl::StartsWith(t.name, absl::StrCat(name, "."));
    });
  }

  void UnknownTable(const std::string& name, const toml::key& key, const toml::node& value) {
    std::vector<std::string> known;
    for (const ConfigTable& table : description_.tables) {
      known.push_back(table.name);
      known.push_back(table.name.substr(0, table.name.find('.')));
    }
    const bool is_table = value.is_table() || value.is_array_of_tables();
    const std::string closest = ClosestName(name, known);
    Problem(key.source(), key.str().size(),
            is_table ? absl::StrCat("unknown table [", name, "]")
                     : absl::StrCat("key \"", name, "\" stands outside every table"),
            closest.empty() ? absl::StrCat("known are ", absl::StrJoin(TableNames(), " "))
                            : absl::StrCat("did you mean [", closest, "]?"));
  }

  std::vector<std::string> TableNames() const {
    std::vector<std::string> names;
    for (const ConfigTable& table : description_.tables) {
      names.push_back(table.repeated ? absl::StrCat("[[", table.name, "]]")
                                     : absl::StrCat("[", table.name, "]"));
    }
    return names;
  }

  void ReadTableNode(const ConfigTable& table, const toml::node& value, const toml::key& key) {
    if (!table.repeated) {
      if (!value.is_table()) {
        return Problem(key.source(), key.str().size(),
                       absl::StrCat("\"", table.name, "\" is a table"),
                       absl::StrCat("write [", table.name, "]"));
      }
      ReadKeys(table, absl::StrCat("[", table.name, "]"), *value.as_table(), seen_[table.name]);
      return;
    }
    if (!value.is_array_of_tables()) {
      return Problem(key.source(), key.str().size(),
                     absl::StrCat("\"", table.name, "\" may stand several times"),
                     absl::StrCat("write [[", table.name, "]]"));
    }
    for (const toml::node& element : *value.as_array()) {
      const ConfigPlace place = PlaceOf(element.source());
      if (table.begin) table.begin(place);
      SeenKeys seen;
      const std::string label = absl::StrCat("[[", table.name, "]] ", ++count_[table.name]);
      ReadKeys(table, label, *element.as_table(), seen);
      FillIn(table, label, seen, place);
    }
  }

  void ReadKeys(const ConfigTable& table, const std::string& label, const toml::table& node,
                SeenKeys& seen) {
    for (const auto& [key, value] : node) {
      const std::string name(View(key.str()));
      const auto described = std::find_if(table.keys.begin(), table.keys.end(),
                                          [&](const ConfigKey& k) { return k.name == name; });
      if (described == table.keys.end()) {
        std::vector<std::string> known;
        for (const ConfigKey& k : table.keys) known.push_back(k.name);
        const std::string closest = ClosestName(name, known);
        Problem(key.source(), name.size(),
                absl::StrCat("unknown key \"", name, "\" in [", table.name, "]"),
                closest.empty() ? absl::StrCat("known are ", absl::StrJoin(known, ", "))
                                : absl::StrCat("did you mean \"", closest, "\"?"));
        continue;
      }
      const ConfigPlace place = PlaceOf(key.source());
      const auto [before, first] = seen.emplace(name, place);
      if (!first) {
        Problem(key.source(), name.size(),
                absl::StrCat("\"", name, "\" in [", table.name, "] is set twice"),
                absl::StrCat("also at ", before->second.Text()));
        continue;
      }
      ReadKey(*described, label, value, place);
    }
  }

  void ReadKey(const ConfigKey& key, const std::string& label, const toml::node& node,
               const ConfigPlace& place) {
    std::string wrong;
    const std::optional<ConfigValue> value = Convert(key, node, wrong);
    if (value) wrong = key.apply(*value);
    if (!wrong.empty()) return Problem(node.source(), WidthOf(node), wrong, "");
    effective_.push_back({label, key.name, Written(node), place.Text()});
  }

  void FillIn(const ConfigTable& table, const std::string& label, const SeenKeys& seen,
              const ConfigPlace& place) {
    for (const ConfigKey& key : table.keys) {
      if (seen.contains(key.name)) continue;
      if (key.required) {
        ConfigProblem problem;
        problem.place = place.file.empty() ? ConfigPlace{file_.name, 0, 0} : place;
        problem.message = absl::StrCat("[", table.name, "] needs \"", key.name, "\"");
        problem.hint = key.meaning;
        problem.source_line = LineAt(place.line);
        report_.Add(std::move(problem));
      } else if (!key.fallback.empty()) {
        ApplyFallback(key, label);
      }
    }
  }

  void ApplyFallback(const ConfigKey& key, const std::string& label) {
    const std::string text = absl::StrCat("v = ", key.fallback);
    const toml::parse_result parsed = toml::parse(std::string_view(text));
    const toml::node* const node = parsed ? parsed.table().get("v") : nullptr;
    std::string wrong = "the fallback is no value";
    const std::optional<ConfigValue> value =
        node != nullptr ? Convert(key, *node, wrong) : std::nullopt;
    if (value) wrong = key.apply(*value);
    if (wrong.empty()) {
      effective_.push_back({label, key.name, key.fallback, "default"});
      return;
    }
    ConfigProblem problem;
    problem.place.file = file_.name;
    problem.message = absl::StrCat("default of \"", key.name, "\": ", wrong);
    report_.Add(std::move(problem));
  }

  static std::optional<ConfigValue> Convert(const ConfigKey& key, const toml::node& node,
                                            std::string& wrong) {
    const std::optional<std::string> text = node.value_exact<std::string>();
    switch (key.kind) {
      case ConfigKind::kText:
        if (text) return *text;
        break;
      case ConfigKind::kChoice:
        if (text) return Choice(key, *text, wrong);
        break;
      case ConfigKind::kTextList:
        if (auto list = TextList(node)) return *list;
        break;
      case ConfigKind::kBool:
        if (const auto value = node.value_exact<bool>()) return *value;
        break;
      case ConfigKind::kInteger:
        if (const auto value = node.value_exact<std::int64_t>())
          return InRange(key, *value, *value, wrong);
        break;
      case ConfigKind::kBytes:
        if (!text) break;
        if (const auto bytes = ParseByteCount(*text); bytes && *bytes < (1ull << 62)) {
          return InRange(key, *bytes, static_cast<std::int64_t>(*bytes), wrong);
        }
        wrong = absl::StrCat("\"", *text,
                             "\" is no size: write a whole number and its unit, like \"64MiB\"");
        return std::nullopt;
      case ConfigKind::kDuration:
        if (!text) break;
        if (const auto span = ParseTimeSpan(*text)) {
          return InRange(key, *span, absl::ToInt64Milliseconds(*span), wrong);
        }
        wrong = absl::StrCat(
            "\"", *text,
            "\" is no time: write a whole number and its unit (ms s min h d), like \"30s\"");
        return std::nullopt;
    }
    wrong = absl::StrCat("\"", key.name, "\" is a ", ConfigKindName(key.kind), Example(key));
    return std::nullopt;
  }

  static std::string Example(const ConfigKey& key) {
    if (key.kind == ConfigKind::kBytes) return ", in quotes with its unit, like \"64MiB\"";
    if (key.kind == ConfigKind::kDuration) return ", in quotes with its unit, like \"30s\"";
    if (key.kind == ConfigKind::kTextList) return ", like [\"one\", \"two\"]";
    return "";
  }

  static std::optional<ConfigValue> Choice(const ConfigKey& key, const std::string& text,
                                           std::string& wrong) {
    if (std::find(key.choices.begin(), key.choices.end(), text) != key.choices.end()) return text;
    const std::string closest = ClosestName(text, key.choices);
    wrong = absl::StrCat("\"", text, "\" is none of \"", absl::StrJoin(key.choices, "\", \""), "\"",
                         closest.empty() ? "" : absl::StrCat("; did you mean \"", closest, "\"?"));
    return std::nullopt;
  }

  static std::optional<std::vector<std::string>> TextList(const toml::node& node) {
    const toml::array* const array = node.as_array();
    if (array == nullptr) return std::nullopt;
    std::vector<std::string> list;
    for (const toml::node& element : *array) {
      const auto text = element.value_exact<std::string>();
      if (!text) return std::nullopt;
      list.push_back(*text);
    }
    return list;
  }

  template <typename T>
  static std::optional<ConfigValue> InRange(const ConfigKey& key, T value, std::int64_t number,
                                            std::string& wrong) {
    if (number >= key.least && number <= key.most) return ConfigValue(value);
    const auto bound = [&](std::int64_t n) {
      if (key.kind == ConfigKind::kBytes) return FormatByteCount(static_cast<std::uint64_t>(n));
      if (key.kind == ConfigKind::kDuration) return FormatTimeSpan(absl::Milliseconds(n));
      return absl::StrCat(n);
    };
    wrong =
        absl::StrCat("\"", key.name, "\" must be ", number < key.least ? "at least " : "at most ",
                     bound(number < key.least ? key.least : key.most));
    return std::nullopt;
  }

  static std::string Written(const toml::node& node) {
    std::ostringstream text;
    node.visit([&](const auto& value) {
      if constexpr (toml::is_string<decltype(value)>) {
        text << '"' << value.get() << '"';
      } else if constexpr (toml::is_array<decltype(value)>) {
        const auto list = TextList(value);
        text << "["
             << (list && !list->empty() ? absl::StrCat("\"", absl::StrJoin(*list, "\", \""), "\"")
                                        : "")
             << "]";
      } else if constexpr (toml::is_boolean<decltype(value)>) {
        text << (value.get() ? "true" : "false");
      } else if constexpr (toml::is_integer<decltype(value)>) {
        text << value.get();
      }
    });
    return text.str();
  }

  static std::size_t WidthOf(const toml::node& node) {
    const toml::source_region& where = node.source();
    if (where.end.line != where.begin.line || where.end.column <= where.begin.column) return 1;
    return where.end.column - where.begin.column;
  }

  ConfigPlace PlaceOf(const toml::source_region& where) const {
    return {file_.name, where.begin.line, where.begin.column};
  }

  std::string LineAt(std::uint32_t line) const {
    return line > 0 && line <= file_.lines.size() ? file_.lines[line - 1] : "";
  }

  void Problem(const toml::source_region& where, std::size_t marked, std::string message,
               std::string hint) {
    ConfigProblem problem;
    problem.place = PlaceOf(where);
    problem.message = std::move(message);
    problem.hint = std::move(hint);
    problem.marked = static_cast<std::uint32_t>(marked);
    problem.source_line = LineAt(where.begin.line);
    report_.Add(std::move(problem));
  }

  const ConfigDescription& description_;
  ConfigReport& report_;
  SourceFile file_;
  std::map<std::string, SeenKeys> seen_;  // by table that stands once
  std::map<std::string, int> count_;      // by table that repeats
  std::vector<EffectiveValue> effective_;
};

std::optional<std::string> Slurp(const std::string& path, ConfigReport& report) {
  ConfigProblem problem;
  problem.place.file = path;
  std::ifstream in(path, std::ios::binary);
  std::string text(kConfigBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad()) {
    problem.message = "cannot be read";
  } else if (static_cast<std::size_t>(in.gcount()) > kConfigBytesMax) {
    problem.message = absl::StrCat("is larger than ", FormatByteCount(kConfigBytesMax));
  } else {
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
  }
  report.Add(std::move(problem));
  return std::nullopt;
}

std::vector<std::string> FilesOf(const std::string& path, ConfigReport& report) {
  std::vector<std::string> files;
  std::error_code error;
  const auto beside = std::filesystem::path(path).parent_path() / "conf.d";
  for (auto entry = std::filesystem::directory_iterator(beside, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".toml") files.push_back(entry->path().string());
  }
  std::sort(files.begin(), files.end());
  if (files.size() > kConfigFilesMax) {
    ConfigProblem problem;
    problem.place.file = beside.string();
    problem.message = absl::StrCat("holds more than ", kConfigFilesMax, " files");
    report.Add(std::move(problem));
    files.resize(kConfigFilesMax);
  }
  files.insert(files.begin(), path);
  return files;
}

}  // namespace

std::vector<EffectiveValue> ReadConfig(const std::string& path,
                                       const ConfigDescription& description, ConfigReport& report) {
  Reading reading(description, report);
  for (const std::string& file : FilesOf(path, report)) {
    if (const auto text = Slurp(file, report)) reading.ReadText(file, *text);
  }
  reading.Finish();
  return reading.TakeEffective();
}

std::vector<EffectiveValue> ReadConfigText(const std::string& name, const std::string& text,
                                           const ConfigDescription& description,
                                           ConfigReport& report) {
  Reading reading(description, report);
  reading.ReadText(name, text);
  reading.Finish();
  return reading.TakeEffective();
}

std::string EffectiveText(const std::vector<EffectiveValue>& values) {
  std::size_t width = 0;
  for (const EffectiveValue& value : values) {
    width = std::max(width, value.key.size() + value.value.size());
  }
  std::string text;
  std::string table;
  for (const EffectiveValue& value : values) {
    if (value.table != table) absl::StrAppend(&text, table.empty() ? "" : "\n", value.table, "\n");
    table = value.table;
    const std::size_t padding = width - value.key.size() - value.value.size();
    absl::StrAppend(&text, value.key, " = ", value.value, std::string(padding, ' '), "  # ",
                    value.origin, "\n");
  }
  return text;
}

}  // namespace dims
