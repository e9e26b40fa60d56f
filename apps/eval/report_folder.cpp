#include "eval/report_folder.h"

#include <array>
#include <ctime>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/folder.h"

namespace mnist::app::eval {

namespace fs = std::filesystem;

void write_report(const fs::path& folder, const ReportSubject& subject) {
  for (const ReportFile& file : evaluation_report(subject)) {
    write_file_atomically(folder / file.name, file.content);
  }
}

std::vector<TrainingRecord> read_trainings(const std::vector<std::string>& models) {
  constexpr std::uint64_t kMaxBytes = 64 << 20;
  std::vector<TrainingRecord> trainings;
  for (const std::string& model : models) {
    const fs::path file = fs::path(model) / "metrics.jsonl";
    if (!is_there(file)) continue;
    const Bytes bytes = read_file(file, kMaxBytes);
    try {
      trainings.push_back(
          {.model = model,
           .epochs = parse_training_history(std::string(bytes.begin(), bytes.end()))});
    } catch (const Error& error) {
      throw error.with_path(file.string());
    }
  }
  return trainings;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), length};
}

}  // namespace mnist::app::eval
