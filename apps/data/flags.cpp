#include "data/flags.h"

#include <initializer_list>

#include "mnist/base/error.h"
#include "mnist/digit/digit.h"

#include "common/data_files.h"

namespace mnist::app::data {
namespace {

// Each option goes with some verbs; with another it would be meaningless.
void require_verb(const CLI::App& app, const char* option, const Flags& flags,
                  std::initializer_list<const char*> verbs) {
  if (app.count(option) == 0) return;
  for (const char* verb : verbs) {
    if (flags.verb == verb) return;
  }
  throw Error(ErrorKind::kUsage, std::string(option) + " cannot be used with '" + flags.verb + "'");
}

void check(const CLI::App& app, const Flags& flags) {
  require_verb(app, "--digit", flags, {"idx", "pictures", "sheet"});
  require_verb(app, "--count", flags, {"sheet", "suspects"});
  for (const char* option : {"--config", "--seed", "--folds", "--device"}) {
    require_verb(app, option, flags, {"suspects"});
  }
  require_verb(app, "--out", flags, {"idx", "pictures", "sheet", "suspects"});
  if (flags.verb != "check" && flags.out.empty()) {
    throw Error(ErrorKind::kUsage, "'" + flags.verb + "' needs --out");
  }
  if (!flags.labels.empty() && flags.sources.size() > 1) {
    throw Error(ErrorKind::kUsage, "--labels can be used with only one source");
  }
}

}  // namespace

Flags parse(int argc, const char* const* argv) {
  Flags flags;
  CLI::App app(
      "Converts labelled digits, shows them, and finds labels that are probably wrong.\n\n"
      "  check     say what is odd about each source; exit code 1 if anything is\n"
      "  idx       write all sources as one pair of IDX files in MNIST's format\n"
      "  pictures  write each digit as a 28x28 PNG, its label in the name\n"
      "  sheet     show the digits on one picture\n"
      "  suspects  list and show the digits whose label is probably wrong\n\n"
      "A source is an IDX file of images, a folder or a list (*.csv, *.jsonl) of labelled "
      "pictures, or a CSV of labels and 784 pixels.");
  app.add_option("verb", flags.verb, "What to do: check, idx, pictures, sheet or suspects")
      ->type_name("VERB")
      ->check(CLI::IsMember({"check", "idx", "pictures", "sheet", "suspects"}))
      ->required();
  app.add_option("source", flags.sources, "Labelled digits")->type_name("SOURCE")->required();
  app.add_option("--labels", flags.labels,
                 "Labels of the IDX images; default: the file named ...labels-idx1... next to them")
      ->type_name("IDX");
  add_form_flags(app, flags.form, "IDX files and CSVs of pixels");
  app.add_option("-o,--out", flags.out,
                 "Output: a folder (pictures, suspects), a PNG file (sheet), or the common "
                 "prefix of the two IDX files (idx)")
      ->type_name("PATH");
  app.add_option("--digit", flags.digit, "Only the digits with this label")
      ->check(CLI::Range(0, kClasses - 1));
  app.add_option(
         "--count", flags.count,
         "Show at most this many digits, evenly spread; default: 200, or the first 50 for suspects")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{5000}));
  app.add_option("--folds", flags.folds,
                 "For suspects: parts of the data, each judged by a network trained on the others")
      ->check(CLI::Range(2, 100))
      ->capture_default_str();
  app.add_option("--config", flags.config,
                 "For suspects: how these networks learn; default: configs/fast.json")
      ->type_name("FILE");
  app.add_option("--seed", flags.seed, "For suspects: seed for the split and the training")
      ->check(CLI::Range(std::int64_t{0}, INT64_MAX))
      ->capture_default_str();
  app.add_option("--page-model", flags.page_model,
                 "Page network that finds the digits on pictures; default: the shipped one")
      ->type_name("FILE|RUN");
  add_device_flags(app, flags.device);
  add_common_flags(
      app, flags.common,
      "  mnist-data sheet data/mnist/t10k-images-idx3-ubyte --digit 7 -o sevens.png\n"
      "  mnist-data suspects data/mnist/t10k-images-idx3-ubyte -o suspects\n"
      "  mnist-data idx kaggle/train.csv -o data/kaggle/train\n"
      "  mnist-data check my-pictures && mnist-train --config configs/fine-tune.json\n");
  parse_command_line(app, argc, argv);
  check(app, flags);
  return flags;
}

}  // namespace mnist::app::data
