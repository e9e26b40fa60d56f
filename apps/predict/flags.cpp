#include "predict/flags.h"

#include <algorithm>
#include <map>

#include "mnist/base/error.h"
#include "mnist/image/decode.h"

namespace mnist::app::predict {
namespace {

const std::map<std::string, Polarity> kPolarities = {
    {"auto", Polarity::kAuto}, {"yes", Polarity::kDarkOnLight}, {"no", Polarity::kLightOnDark}};

// Flags that are not members of Flags.
struct Typed {
  CLI::Option* format = nullptr;
  bool jsonl = false;
  bool json = false;
  bool csv = false;
  bool no_reject = false;
  std::string invert = "auto";
};

void add_input_flags(CLI::App& app, Flags& flags) {
  app.add_option("paths", flags.paths, "Pictures; - is one on stdin")->type_name("PATH");
  app.add_option("--model", flags.model, "Model file or run folder; default: the shipped model")
      ->type_name("FILE|RUN");
  app.add_option("--page-model", flags.page_model,
                 "Model file or run folder of the page network, which finds the digits; default: "
                 "the shipped one")
      ->type_name("FILE|RUN");
  app.add_flag("-r,--recursive", flags.recursive,
               "Read the pictures in folders and their subfolders, in name order; links to "
               "folders in them are not followed");
  app.add_option("--files-from", flags.files_from,
                 "Read paths from this file, one per line; - is stdin")
      ->type_name("FILE");
  app.add_flag("-0,--null", flags.null_separated,
               "Paths of --files-from end in NUL (find -print0)");
}

void add_format_flags(CLI::App& app, Flags& flags, Typed& typed) {
  auto* format = app.add_option("--format", flags.format.custom,
                                "Fields: %p path, %d digit, %c confidence, %s status");
  auto* jsonl_flag = app.add_flag("--jsonl", typed.jsonl, "One JSON object per line");
  auto* json_flag = app.add_flag("--json", typed.json, "One JSON array");
  auto* csv_flag = app.add_flag("--csv", typed.csv, "Comma-separated values with a header");
  for (auto* flag : {jsonl_flag, json_flag, csv_flag}) {
    for (auto* other : {format, jsonl_flag, json_flag, csv_flag}) {
      if (flag != other) flag->excludes(other);
    }
  }
  app.add_option("--topk", flags.format.topk, "Add the most probable classes")
      ->check(CLI::Range(1, 10))
      ->excludes(format);
  auto* all = app.add_flag("--all", flags.format.all,
                           "Read every digit of each picture, rows top to bottom, left to right");
  app.add_flag("--signs", flags.format.signs,
               "Also the points, commas, slashes and hyphens between digits; a space between rows")
      ->needs(all);
  typed.format = format;
}

void add_rejection_flags(CLI::App& app, Flags& flags, Typed& typed) {
  auto* below = app.add_option("--reject-below", flags.reject_below,
                               "Reject below this confidence; default: the model's threshold")
                    ->check(probability());
  app.add_flag("--no-reject", typed.no_reject, "Name the most likely digit wherever there is ink")
      ->excludes(below);
  app.add_flag("--fail-on-reject", flags.fail_on_reject, "Exit with 1 if a picture is rejected");
  app.add_option("--invert", typed.invert, "auto; yes: dark ink on light paper; no: light on dark")
      ->check(CLI::IsMember({"auto", "yes", "no"}))
      ->capture_default_str();
}

void add_picture_flags(CLI::App& app, Flags& flags) {
  app.add_option("--dump-input", flags.dump_input,
                 "Write the 28x28 pixels that the network saw here, as PNG files")
      ->type_name("DIR");
  app.add_option("--explain", flags.explain,
                 "Write here how each picture was read, as a PNG file: the finds with their "
                 "scores, what the networks saw of each, the ten probabilities")
      ->type_name("DIR");
  app.add_option("--review-to", flags.review_to,
                 "Write here what was rejected or is doubtful, as PNG files for a person to sort "
                 "into folders 0 to 9")
      ->type_name("DIR");
}

PredictionFormat::Layout layout_of(const Typed& typed, PredictionFormat::Layout otherwise) {
  using Layout = PredictionFormat::Layout;
  if (typed.jsonl) return Layout::kJsonl;
  if (typed.json) return Layout::kJson;
  if (typed.csv) return Layout::kCsv;
  return typed.format->count() > 0 ? Layout::kCustom : otherwise;
}

void check(const Flags& flags) {
  if (flags.format.topk > 0 && flags.format.all &&
      flags.format.layout == PredictionFormat::Layout::kTsv) {
    throw Error(ErrorKind::kUsage, "--topk with --all needs --jsonl, --json or --csv");
  }
  if (flags.paths.empty() && flags.files_from.empty()) {
    throw Error(ErrorKind::kUsage, "no pictures given (--help shows the usage)");
  }
  const auto stdin_pictures = std::count(flags.paths.begin(), flags.paths.end(), "-");
  if (stdin_pictures + (flags.files_from == "-" ? 1 : 0) > 1) {
    throw Error(ErrorKind::kUsage, "stdin (-) can be used only once");
  }
  if (flags.null_separated && flags.files_from.empty()) {
    throw Error(ErrorKind::kUsage, "-0 needs --files-from");
  }
}

}  // namespace

Flags parse(int argc, const char* const* argv) {
  Flags flags;
  Typed typed;
  CLI::App app("Reads the handwritten digit on each picture: " + std::string(kImageFormats) + ".");
  add_input_flags(app, flags);
  add_format_flags(app, flags, typed);
  add_rejection_flags(app, flags, typed);
  add_picture_flags(app, flags);
  add_device_flags(app, flags.device);
  add_common_flags(app, flags.common,
                   "  mnist-predict scan.png photo.jpg\n"
                   "  mnist-predict digits/*.png | cut -f2\n"
                   "  find . -name '*.png' -print0 | mnist-predict --files-from - -0 --jsonl\n"
                   "  mnist-predict --all phone-number.jpg\n"
                   "  mnist-predict - < drawing.png\n");
  parse_command_line(app, argc, argv);
  flags.format.layout = layout_of(typed, flags.format.layout);
  flags.polarity = kPolarities.at(typed.invert);
  flags.reject = !typed.no_reject;
  check(flags);
  return flags;
}

}  // namespace mnist::app::predict
