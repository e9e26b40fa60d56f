#include "mnist/report/page_report.h"

#include <algorithm>
#include <map>
#include <utility>

#include "mnist/report/csv.h"
#include "mnist/report/evaluation_json.h"
#include "mnist/report/number_text.h"

namespace mnist {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kListedPages = 20;
constexpr std::size_t kNameWidth = 18;

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, text.size()), ' ');
}

std::string line(const std::string& name, const std::string& value) {
  return padded(name, kNameWidth) + value + '\n';
}

std::string count_of(std::int64_t count, std::int64_t all, const std::string& things) {
  return std::to_string(count) + " of " + std::to_string(all) + ' ' + things;
}

std::map<std::string, PageScores> scores_by_source(const PageReport& report) {
  std::map<std::string, PageScores> sources;
  for (const PageReading& page : report.pages) {
    if (!page.source.empty()) sources[page.source].add(score_page(page));
  }
  return sources;
}

std::vector<const PageReading*> wrong_pages(const PageReport& report) {
  std::vector<const PageReading*> wrong;
  for (const PageReading& page : report.pages) {
    if (page.wanted && score_page(page).errors > 0) wrong.push_back(&page);
  }
  return wrong;
}

std::string source_table(const PageReport& report) {
  const auto sources = scores_by_source(report);
  if (sources.empty()) return "";
  std::size_t width = 0;
  for (const auto& [source, scores] : sources) width = std::max(width, source.size() + 2);
  std::string text = "\n" + padded("", width) + "pages  whole   character errors\n";
  for (const auto& [source, scores] : sources) {
    text += padded(source, width) + padded(std::to_string(scores.pages), 7) +
            padded(score_text(scores.whole_share()), 8) +
            score_text(scores.character_error_rate()) + '\n';
  }
  return text;
}

std::string wrong_list(const PageReport& report) {
  const std::vector<const PageReading*> wrong = wrong_pages(report);
  if (wrong.empty()) return "";
  std::string text = "\nread wrong (wanted, read)\n";
  for (std::size_t i = 0; i < std::min(wrong.size(), kListedPages); ++i) {
    text += wrong[i]->name + "\n  " + *wrong[i]->wanted + "\n  " + wrong[i]->read + '\n';
  }
  if (wrong.size() > kListedPages) {
    text += "... and " + std::to_string(wrong.size() - kListedPages) + " more\n";
  }
  return text;
}

Json scores_json(const PageScores& scores) {
  const Interval interval = scores.whole_interval();
  Json json = {{"pages", scores.pages},
               {"texts", scores.texts},
               {"whole", scores.whole},
               {"whole_share", scores.whole_share()},
               {"whole_interval", {interval.lower, interval.upper}},
               {"characters", scores.characters},
               {"character_errors", scores.errors},
               {"character_error_rate", scores.character_error_rate()}};
  if (scores.digits > 0 || scores.invented > 0) {
    json["digits"] = scores.digits;
    json["missed"] = scores.missed;
    json["misread"] = scores.misread;
    json["invented"] = scores.invented;
  }
  return json;
}

}  // namespace

PageScores total_scores(const PageReport& report) {
  PageScores total;
  for (const PageReading& page : report.pages) total.add(score_page(page));
  return total;
}

std::string page_report_text(const PageReport& report) {
  const PageScores scores = total_scores(report);
  const Interval interval = scores.whole_interval();
  std::string text;
  if (!report.model.empty()) text += line("model", report.model);
  text += line("data", report.data + ", " + std::to_string(scores.pages) +
                           (scores.pages == 1 ? " page" : " pages"));
  if (scores.texts > 0) {
    text += line("read whole", score_text(scores.whole_share()) + " (" +
                                   count_of(scores.whole, scores.texts, "pages") +
                                   "; 95 % Wilson interval " + score_text(interval.lower) + " to " +
                                   score_text(interval.upper) + ")");
    text += line("character errors", score_text(scores.character_error_rate()) + " (" +
                                         count_of(scores.errors, scores.characters, "characters") +
                                         ")");
  }
  if (scores.digits > 0 || scores.invented > 0) {
    text += line("missed", count_of(scores.missed, scores.digits, "digits"));
    text += line("misread", count_of(scores.misread, scores.digits, "digits"));
    text += line("invented", std::to_string(scores.invented));
  }
  if (report.seconds > 0) {
    text += line("pages/s", fixed_text(static_cast<double>(scores.pages) / report.seconds, 1));
  }
  return text + source_table(report) + wrong_list(report);
}

std::string page_report_json(const PageReport& report) {
  Json json = {{"model", report.model}, {"data", report.data}};
  json.update(scores_json(total_scores(report)));
  json["pages_per_second"] =
      report.seconds > 0 ? Json(static_cast<double>(report.pages.size()) / report.seconds) : Json();
  const auto sources = scores_by_source(report);
  if (!sources.empty()) json["per_source"] = Json::array();
  for (const auto& [source, scores] : sources) {
    Json row = {{"source", source}};
    row.update(scores_json(scores));
    json["per_source"].push_back(std::move(row));
  }
  json["wrong"] = Json::array();
  for (const PageReading* page : wrong_pages(report)) {
    json["wrong"].push_back(
        {{"page", page->name}, {"wanted", *page->wanted}, {"read", page->read}});
  }
  return pretty_json(json);
}

std::string page_report_csv(const PageReport& report) {
  std::string text = csv_line({"page", "wanted", "read", "errors"});
  for (const PageReading& page : report.pages) {
    text += csv_line({page.name, page.wanted.value_or(""), page.read,
                      page.wanted ? std::to_string(score_page(page).errors) : ""});
  }
  return text;
}

}  // namespace mnist
