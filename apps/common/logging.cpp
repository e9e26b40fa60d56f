#include "common/logging.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include <c10/util/Logging.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "mnist/base/error.h"

#include "common/guard.h"

namespace mnist::app {
namespace {

spdlog::level::level_enum level_of(const CommonFlags& flags) {
  if (flags.quiet) return spdlog::level::err;
  if (flags.verbose == 0) return spdlog::level::info;
  return flags.verbose == 1 ? spdlog::level::debug : spdlog::level::trace;
}

}  // namespace

bool stderr_has_color(const CommonFlags& flags) {
  if (flags.color != "auto") return flags.color == "always";
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(STDERR_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

void set_up_logging(const CommonFlags& flags) {
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_st>(
      stderr_has_color(flags) ? spdlog::color_mode::always : spdlog::color_mode::never);
  // Reports read as sentences; what needs attention says so.
  sink->set_pattern(flags.verbose > 0 ? "[%H:%M:%S.%e] %^%l%$ %v" : "%^%v%$");
  sink->set_color(spdlog::level::info, "");
  sink->set_level(level_of(flags));
  auto logger = std::make_shared<spdlog::logger>("mnist", std::move(sink));
  // --quiet and the lack of --verbose are about stderr: a run's train.log has everything.
  logger->set_level(std::min(level_of(flags), spdlog::level::debug));
  spdlog::set_default_logger(std::move(logger));
  // LibTorch's own messages: only errors, unless more is asked for.
  constexpr int kError = 2;
  if (flags.verbose == 0) FLAGS_caffe2_log_level = kError;
}

void log_to_file_too(const std::filesystem::path& file) {
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(file.string());
    sink->set_pattern("%Y-%m-%dT%H:%M:%S%z %l %v");
    spdlog::default_logger()->sinks().push_back(std::move(sink));
    spdlog::default_logger()->flush_on(spdlog::level::debug);
    // A full disk, most likely: reported once, in one line. A run ends if its results cannot be
    // saved, not because of its log.
    spdlog::default_logger()->set_error_handler([file, said = false](const std::string&) mutable {
      if (!said) print_error(file.string() + ": cannot be written; continuing without a log");
      said = true;
    });
  } catch (const spdlog::spdlog_ex&) {
    throw Error(ErrorKind::kIo, "cannot write the log", file.string());
  }
}

}  // namespace mnist::app
