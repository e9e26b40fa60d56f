#include "mnist/labels/labelled_files.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <regex>
#include <string_view>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"
#include "mnist/base/system_reason.h"
#include "mnist/bytes/csv_reader.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/folder.h"

namespace mnist {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxLine = 64U << 10;  // bytes of a line of JSON
constexpr std::size_t kMostColumns = 100;

constexpr std::string_view kNone = "none";

std::optional<int> label_of(const fs::path& file) {
  static const std::regex pattern("label([0-9])(?![0-9])");
  if (const auto label = label_from(file.parent_path().filename().string())) return label;
  std::smatch match;
  const std::string name = file.filename().string();
  if (!std::regex_search(name, match, pattern)) return std::nullopt;
  return label_from(match[1].str());
}

LabelledFiles files_of_folder(const fs::path& folder) {
  LabelledFiles found;
  for (const fs::path& path : files_below(folder)) {
    if (const std::optional<int> label = label_of(path)) {
      found.files.push_back(
          {path, *label, path.lexically_relative(folder).string(), source_of(path)});
    } else {
      ++found.unlabelled;
    }
  }
  if (found.files.empty()) {
    throw Error(
        ErrorKind::kIo,
        "contains no labelled pictures: a label is a subfolder named 0 to 9 or none, or label<d> "
        "in the name",
        folder.string());
  }
  return found;
}

[[noreturn]] void bad_line(int line, const std::string& problem) {
  throw Error(ErrorKind::kCorrupt, "line " + std::to_string(line) + ": " + problem);
}

void trim(std::string& field) {
  field.erase(field.find_last_not_of(" \t") + 1);
  field.erase(0, field.find_first_not_of(" \t"));
}

std::string lower_case(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// One line of a list.
LabelledFile listed(const fs::path& folder, const std::string& name, std::string_view label,
                    int line) {
  const std::optional<int> known = label_from(label);
  if (name.empty()) bad_line(line, "has no path");
  if (!known) {
    bad_line(line, "the label must be 0 to 9 or none, not '" + std::string(label) + "'");
  }
  return {folder / name, *known, name, source_of(name)};
}

std::vector<LabelledFile> files_of_csv(std::string_view text, const fs::path& folder) {
  std::vector<LabelledFile> files;
  std::size_t path_column = 0;
  std::size_t label_column = 1;
  CsvReader reader(text, kMostColumns);
  bool is_first = true;
  for (std::vector<std::string> fields; reader.next(fields);) {
    std::ranges::for_each(fields, trim);
    if (std::exchange(is_first, false)) {
      const auto path = std::find(fields.begin(), fields.end(), "path");
      const auto label = std::find(fields.begin(), fields.end(), "label");
      if (path != fields.end() && label != fields.end()) {
        path_column = static_cast<std::size_t>(path - fields.begin());
        label_column = static_cast<std::size_t>(label - fields.begin());
        continue;
      }
    }
    if (fields.size() <= std::max(path_column, label_column)) {
      bad_line(reader.line(), "must hold a path and a label");
    }
    files.push_back(listed(folder, fields[path_column], fields[label_column], reader.line()));
  }
  return files;
}

Box box_from(const nlohmann::json& json, int line) {
  const auto is_length = [](const nlohmann::json& each) {
    return each.is_number_integer() && each >= 0 && each <= 1'000'000'000;
  };
  if (!json.is_array() || json.size() != 4 || !std::ranges::all_of(json, is_length)) {
    bad_line(line, "'box' must be [x, y, width, height] in pixels");
  }
  return {json[0], json[1], json[2], json[3]};
}

// One line of a *.jsonl.
LabelledFile labelled_line(std::string_view line, const fs::path& folder, int number) {
  if (line.size() > kMaxLine) bad_line(number, "is longer than 64 KiB");
  const auto json = nlohmann::json::parse(line, nullptr, false);
  const auto path = json.is_object() ? json.find("path") : json.end();
  const auto label = json.is_object() ? json.find("label") : json.end();
  if (path == json.end() || !path->is_string() || label == json.end() ||
      !(label->is_string() || label->is_number_integer())) {
    bad_line(number, "must be a JSON object with 'path' and 'label'");
  }
  LabelledFile file =
      listed(folder, path->get<std::string>(),
             label->is_string() ? label->get<std::string>() : label->dump(), number);
  if (const auto box = json.find("box"); box != json.end()) file.box = box_from(*box, number);
  return file;
}

std::vector<LabelledFile> files_of_jsonl(std::string_view text, const fs::path& folder) {
  std::vector<LabelledFile> files;
  read_labelled_lines(text, folder, [&](std::string_view /*line*/, LabelledFile labelled) {
    files.push_back(std::move(labelled));
  });
  return files;
}

LabelledFiles files_of_list(const fs::path& list) {
  const std::string kind = lower_case(list.extension().string());
  if (kind != ".csv" && kind != ".jsonl") {
    throw Error(ErrorKind::kUnsupported,
                "is neither a folder of pictures nor a list of them, *.csv or *.jsonl",
                list.string());
  }
  const Bytes bytes = read_file(list, kMaxListBytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  try {
    LabelledFiles found;
    const fs::path folder = list.parent_path();
    found.files = kind == ".csv" ? files_of_csv(text, folder) : files_of_jsonl(text, folder);
    if (found.files.empty()) throw Error(ErrorKind::kIo, "lists no picture");
    return found;
  } catch (const Error& error) {
    throw error.with_path(list.string());
  }
}

}  // namespace

std::optional<int> label_from(std::string_view word) {
  if (word == kNone) return static_cast<int>(kOutlierLabel);
  if (word.size() != 1 || word[0] < '0' || word[0] > '9') return std::nullopt;
  return word[0] - '0';
}

std::string to_word(int label) {
  return label == kOutlierLabel ? std::string(kNone) : std::to_string(label);
}

void read_labelled_lines(
    std::string_view text, const fs::path& folder,
    const std::function<void(std::string_view line, LabelledFile labelled)>& take) {
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
      take(line, labelled_line(line, folder, number));
    }
  }
}

LabelledFiles labelled_files(const fs::path& folder_or_list) {
  if (is_folder(folder_or_list)) return files_of_folder(folder_or_list);
  if (!is_there(folder_or_list)) {
    throw Error(ErrorKind::kIo, "no such folder or list", folder_or_list.string());
  }
  return files_of_list(folder_or_list);
}

std::vector<fs::path> files_below(const fs::path& folder) {
  if (!is_folder(folder)) throw Error(ErrorKind::kIo, "no such folder", folder.string());
  std::vector<fs::path> files;
  std::error_code failure;
  for (fs::recursive_directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (entry->path().filename().string().starts_with('.')) {
      entry.disable_recursion_pending();
      continue;
    }
    std::error_code unknown;  // reading it will tell
    if (entry->is_regular_file(unknown) || unknown) files.push_back(entry->path());
  }
  if (failure) {
    throw Error(ErrorKind::kIo, "cannot read the folder: " + system_reason(failure), folder);
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string source_of(const fs::path& file) {
  const std::string name = file.filename().string();
  const auto end = name.find("__");
  return end == std::string::npos ? "" : name.substr(0, end);
}

}  // namespace mnist
