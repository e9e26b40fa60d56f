#include "generate/flags.h"

namespace mnist::app::generate {
namespace {

constexpr int kMostImages = 2'739'137;  // of 28x28, in the 2 GiB that an IDX file may hold

// Each returns the option that chooses what is drawn.

CLI::Option* add_digit_flags(CLI::App& app, Flags& flags) {
  auto* pictures = app.add_flag("--pictures", flags.pictures, "PNG pictures instead of IDX files");
  app.add_option("--train", flags.train, "Training digits in the IDX files")
      ->check(CLI::Range(10, kMostImages))
      ->capture_default_str()
      ->excludes(pictures);
  app.add_option("--test", flags.test, "Test digits in the IDX files")
      ->check(CLI::Range(10, kMostImages))
      ->capture_default_str()
      ->excludes(pictures);
  app.add_option("--count", flags.count, "Pictures to draw: 0, 1, 2, … in turn")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str()
      ->needs(pictures);
  app.add_flag(
         "--scenes", flags.scenes,
         "As if photographed: shadows, ruled paper, pencil, chalk, … in turn; file names say which")
      ->needs(pictures);
  app.add_flag(
         "--foreign", flags.foreign,
         "In a hand that the shipped models have not learned, to try out training on your own "
         "pictures")
      ->needs(pictures);
  return pictures;
}

CLI::Option* add_page_flags(CLI::App& app, Flags& flags, CLI::Option* pictures) {
  auto* pages =
      app.add_option("--pages", flags.pages,
                     "Draw this many pages of numbers, with ground truth: pages.jsonl has "
                     "each page's text, boxes and ink picture")
          ->type_name("N")
          ->check(CLI::Range(1, 1'000'000))
          ->excludes(pictures);
  app.add_option("--width", flags.width, "Of a page, in pixels")
      ->check(CLI::Range(32, 4096))
      ->capture_default_str()
      ->needs(pages);
  app.add_option("--height", flags.height, "Of a page, in pixels")
      ->check(CLI::Range(32, 4096))
      ->capture_default_str()
      ->needs(pages);
  return pages;
}

CLI::Option* add_stress_flags(CLI::App& app, Flags& flags, CLI::Option* pictures,
                              CLI::Option* pages) {
  auto* stress =
      app.add_option("--stress", flags.stress,
                     "Draw the first images of this IDX file under 15 kinds of disturbance, as "
                     "pictures that mnist-eval --images reports kind by kind")
          ->type_name("IDX")
          ->excludes(pictures)
          ->excludes(pages);
  app.add_option("--labels", flags.labels,
                 "Labels of the images of --stress; default: the file named ...labels-idx1... "
                 "next to them")
      ->type_name("IDX")
      ->needs(stress);
  app.add_option("--per-kind", flags.per_kind, "Images of each kind of disturbance")
      ->check(CLI::Range(1, kMostImages))
      ->capture_default_str()
      ->needs(stress);
  return stress;
}

}  // namespace

Flags parse(int argc, const char* const* argv) {
  Flags flags;
  CLI::App app(
      "Draws handwritten-looking digits: a stand-in for the MNIST files, pictures and whole pages "
      "to "
      "try mnist-predict on, or a stress set.");
  app.add_option("--out", flags.out, "Folder to write to")->type_name("DIR")->required();
  CLI::Option* pictures = add_digit_flags(app, flags);
  CLI::Option* pages = add_page_flags(app, flags, pictures);
  CLI::Option* stress = add_stress_flags(app, flags, pictures, pages);
  app.add_option(
         "--outliers", flags.outliers,
         "Also draw this many things that are not digits, 28x28: one more IDX file, or pictures")
      ->check(CLI::Range(0, kMostImages))
      ->capture_default_str()
      ->excludes(pages)
      ->excludes(stress);
  app.add_option("--seed", flags.seed, "The same seed draws the same digits")
      ->check(CLI::Range(std::int64_t{0}, INT64_MAX))
      ->capture_default_str();
  add_common_flags(app, flags.common,
                   "  mnist-generate --out data/generated\n"
                   "  mnist-generate --pictures --out samples && mnist-predict -r samples\n"
                   "  mnist-generate --pages 200 --out pages && mnist-eval --pages pages\n"
                   "  mnist-generate --stress data/mnist/t10k-images-idx3-ubyte --out stress &&\n"
                   "    mnist-eval --images stress\n");
  parse_command_line(app, argc, argv);
  return flags;
}

}  // namespace mnist::app::generate
