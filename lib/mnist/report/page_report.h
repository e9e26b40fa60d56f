// How well pages were read (metrics/page_reading.h), for people and for programs. docs/formats.md
// shows each. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "mnist/metrics/page_reading.h"

namespace mnist {

struct PageReport {
  std::string model{};
  std::string data{};
  double seconds = 0;  // only reading; 0: not measured
  std::vector<PageReading> pages{};
};

PageScores total_scores(const PageReport& report);

// The scores, those of each source if pages have one, and what was misread.
std::string page_report_text(const PageReport& report);
// One object, laid out for people; values unrounded, undefined ones null.
std::string page_report_json(const PageReport& report);
// A line for each page.
std::string page_report_csv(const PageReport& report);

}  // namespace mnist
