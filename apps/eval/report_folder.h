// The folder that --report names.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "mnist/report/evaluation_report.h"

namespace mnist::app::eval {

// Writes every file of the report. Throws Error{kIo}.
void write_report(const std::filesystem::path& folder, const ReportSubject& subject);

// The histories of those `models` that are run folders. Throws Error for a damaged one.
std::vector<TrainingRecord> read_trainings(const std::vector<std::string>& models);

// The current time in UTC, as ISO 8601: "2025-01-31T12:00:00Z".
std::string utc_now();

}  // namespace mnist::app::eval
