#include "eval/flags.h"

#include "mnist/base/error.h"

#include "common/data_files.h"

namespace mnist::app::eval {

namespace {

// What is evaluated. Returns --pages, which excludes comparison and report.
CLI::Option* add_subject_flags(CLI::App& app, Flags& flags) {
  auto* data = app.add_option("--data", flags.data, "Folder of the MNIST files")->type_name("DIR");
  auto* split =
      app.add_option("--split", flags.split, "test, validation (as the model was trained) or train")
          ->check(CLI::IsMember({"test", "validation", "train"}))
          ->capture_default_str();
  auto* images =
      app.add_option(
             "--images", flags.images,
             "Evaluate the pictures in this folder, labelled by subfolder (3/a.png) or name "
             "(a_label3.png), or of this list, *.csv or *.jsonl with path and label")
          ->type_name("DIR|LIST")
          ->excludes(data)
          ->excludes(split);
  auto* pages =
      app.add_option("--pages", flags.pages,
                     "Evaluate whole pages of digits: the folder's pages.jsonl (mnist-generate "
                     "--pages) or its pictures' names (scan__12-345.png) have the texts")
          ->type_name("DIR")
          ->excludes(images)
          ->excludes(data)
          ->excludes(split);
  app.add_option(
         "--page-model", flags.page_model,
         "With --images and --pages: model file or run folder of the page network, which finds the "
         "digits; default: the shipped one")
      ->type_name("FILE|RUN");
  return pages;
}

}  // namespace

Flags parse(int argc, const char* const* argv) {
  Flags flags;
  CLI::App app("Reports how well a model reads labelled digits.");
  app.add_option("--model", flags.models,
                 "Model file or run folder; several form an ensemble; default: the shipped model")
      ->type_name("FILE|RUN")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  CLI::Option* pages = add_subject_flags(app, flags);
  add_form_flags(app, flags.form, "the MNIST files");
  app.add_option("--format", flags.format, "text, json or csv")
      ->check(CLI::IsMember({"text", "json", "csv"}))
      ->capture_default_str();
  app.add_option("--report", flags.report,
                 "Folder for report.html, which contains all figures and pictures, and for PNG and "
                 "JSON files")
      ->type_name("DIR")
      ->excludes(pages);
  app.add_option("--compare", flags.compare,
                 "Compare with another model on the same images (McNemar's exact test)")
      ->type_name("FILE|RUN")
      ->excludes(pages);
  app.add_option(
         "--min-accuracy", flags.min_accuracy,
         "Exit with 1 if the accuracy (for pages: the share read without an error) is below "
         "this, e.g. 0.99")
      ->check(probability());
  add_device_flags(app, flags.device);
  add_common_flags(app, flags.common,
                   "  mnist-eval --model runs/fast\n"
                   "  mnist-eval --model runs/a --model runs/b --format json | jq .accuracy\n"
                   "  mnist-eval --model runs/new --compare runs/old --report report\n"
                   "  mnist-eval --images photos/ --min-accuracy 0.98\n"
                   "  mnist-eval --pages scans/\n");
  parse_command_line(app, argc, argv);
  if (!flags.form.is_usual() && (!flags.images.empty() || !flags.pages.empty())) {
    throw Error(ErrorKind::kUsage, "--orientation and --invert are for the MNIST files");
  }
  return flags;
}

}  // namespace mnist::app::eval
