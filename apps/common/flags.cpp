#include "common/flags.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/base/version.h"
#include "mnist/image/decode.h"
#include "mnist/model/device.h"

#include "common/guard.h"

namespace mnist::app {
namespace {

// Usually an unset variable in a script: never the same as leaving the flag out.
void refuse_empty_values(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    const std::vector<std::string>& values = option->results();
    if (std::ranges::find(values, "") == values.end()) continue;
    throw Error(ErrorKind::kUsage,
                option->get_positional() ? "a path is empty" : option->get_name() + " is empty");
  }
}

std::string picture_formats() {
  std::string names;
  for (const std::string_view name : supported_image_formats()) {
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return names;
}

}  // namespace

void add_common_flags(CLI::App& app, CommonFlags& flags, const std::string& examples) {
  app.set_version_flag("--version", [] {
    return std::string("mnist-toolkit ") + kVersion + " (" + describe_torch() +
           ")\npictures: " + picture_formats();
  });
  app.add_flag("-q,--quiet", flags.quiet, "Report errors only");
  app.add_flag("-v,--verbose", flags.verbose, "Report more; give it twice to report everything");
  app.add_option("--color", flags.color, "Colours on stderr")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  app.footer("\nExamples:\n" + examples);
  app.get_formatter()->column_width(34);
}

void add_device_flags(CLI::App& app, DeviceFlags& flags) {
  app.add_option("--device", flags.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("--threads", flags.threads,
                 "Threads for the network; 0: one per available processor")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str();
}

CLI::Validator probability() {
  return {[](std::string& text) {
            double value = -1;
            const bool number = CLI::detail::lexical_cast(text, value);
            return number && value >= 0 && value <= 1 ? std::string()
                                                      : "'" + text + "' is not between 0 and 1";
          },
          "PROBABILITY"};
}

void parse_command_line(CLI::App& app, int argc, const char* const* argv) {
  app.name(std::filesystem::path(argv[0]).filename().string());
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& outcome) {
    if (outcome.get_exit_code() == 0) {
      app.exit(outcome, std::cout, std::cerr);
      flush_results(std::cout);
      throw Finished{};
    }
    std::string words = outcome.what();
    const std::string library = " excludes ";
    if (const std::size_t at = words.find(library); at != std::string::npos) {
      words.replace(at, library.size(), " cannot be used with ");
    }
    throw Error(ErrorKind::kUsage, words + " (--help shows the usage)");
  }
  refuse_empty_values(app);
}

}  // namespace mnist::app
