#include "eval/labelled_pages.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/folder.h"
#include "mnist/labels/labelled_files.h"
#include "mnist/read/picture_files.h"

#include "common/guard.h"

namespace mnist::app::eval {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxTruthBytes = 1ULL << 30;

// The text in <anything>__<text>.png: digits and '-', or nothing for empty paper.
std::optional<std::string> text_in_name(const fs::path& file) {
  const std::string stem = file.stem().string();
  const std::size_t at = stem.rfind("__");
  if (at == std::string::npos) return std::nullopt;
  const std::string text = stem.substr(at + 2);
  if (text.find_first_not_of("0123456789-?") != std::string::npos) return std::nullopt;
  return text;
}

LocatedDigit mark_of(const nlohmann::json& json) {
  const auto side = [&](int i) {
    return static_cast<int>(std::lround(json.at("box").at(i).get<double>()));
  };
  return {.digit = json.value("digit", -1),
          .box = {.x = side(0), .y = side(1), .width = side(2), .height = side(3)}};
}

bool is_digit_or_unreadable(const nlohmann::json& mark) {
  const std::string kind = mark.value("kind", "digit");
  return kind == "digit" || kind == "unreadable";
}

PageReading truth_of(const nlohmann::json& line) {
  PageReading truth;
  truth.name = line.at("file").get<std::string>();
  truth.source = source_of(truth.name);
  if (line.contains("text") && line["text"].is_string()) truth.wanted = line["text"];
  if (line.contains("marks")) {
    truth.marks.emplace();
    for (const nlohmann::json& mark : line["marks"]) {
      if (is_digit_or_unreadable(mark)) truth.marks->push_back(mark_of(mark));
    }
  }
  if (!truth.wanted && !truth.marks) {
    throw Error(ErrorKind::kCorrupt, "neither 'text' nor 'marks'");
  }
  return truth;
}

std::vector<PageReading> truths_of(const fs::path& list) {
  const Bytes bytes = read_file(list, kMaxTruthBytes);
  std::istringstream lines(std::string(bytes.begin(), bytes.end()));
  std::vector<PageReading> truths;
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.empty()) continue;
    try {
      truths.push_back(truth_of(nlohmann::json::parse(line)));
    } catch (const std::exception& error) {
      throw Error(ErrorKind::kCorrupt,
                  "line " + std::to_string(number) + " is not a page's truth: " + error.what(),
                  list.string());
    }
  }
  return truths;
}

std::vector<PageReading> truths_by_name(const fs::path& folder) {
  std::vector<PageReading> truths;
  std::size_t unlabelled = 0;
  for (const fs::path& file : files_below(folder)) {
    std::optional<std::string> text = text_in_name(file);
    if (!text) {
      ++unlabelled;
      continue;
    }
    truths.push_back({.name = file.lexically_relative(folder).string(),
                      .source = source_of(file),
                      .wanted = std::move(text),
                      .read = {},
                      .marks = std::nullopt,
                      .finds = {}});
  }
  if (unlabelled > 0) {
    spdlog::info("skipped {} file{} without a text in the name", unlabelled,
                 unlabelled == 1 ? "" : "s");
  }
  return truths;
}

}  // namespace

LabelledPages load_labelled_pages(const fs::path& folder, const Finder& finder,
                                  const OnPicture& on_picture) {
  const fs::path list = folder / "pages.jsonl";
  LabelledPages labelled;
  std::vector<std::string> failures;
  std::vector<PageReading> truths = is_there(list) ? truths_of(list) : truths_by_name(folder);
  std::vector<fs::path> files;
  for (const PageReading& truth : truths) files.push_back(folder / truth.name);
  find_in_files(files, finder, [&](std::size_t i, const FoundPicture& found) {
    on_picture(i + 1, files.size());
    if (!found.page) {
      failures.push_back(files[i].string() + ": " + found.failure.reason);
      return;
    }
    labelled.truths.push_back(std::move(truths[i]));
    labelled.pages.push_back(*found.page);
  });
  for (const std::string& failure : failures) print_error(failure);  // not into the bar
  labelled.any_failed = !failures.empty();
  if (labelled.pages.empty() && !labelled.any_failed) {
    throw Error(ErrorKind::kIo,
                "contains no page whose text is known: pages.jsonl, or names ending in __<text>",
                folder.string());
  }
  return labelled;
}

}  // namespace mnist::app::eval
