#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "mnist/bytes/file.h"
#include "mnist/bytes/idx.h"
#include "mnist/digit/frame.h"
#include "mnist/digit/picture.h"
#include "mnist/image/encode.h"

#include "cli/fixtures.h"
#include "support/catch.h"
#include "support/environment.h"
#include "support/process.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

Outcome evaluate(std::vector<std::string> more) {
  std::vector<std::string> arguments = {"--model", small_run().string()};
  if (std::find(more.begin(), more.end(), "--images") == more.end()) {
    arguments.insert(arguments.end(), {"--data", generated_data().string()});
  }
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_program("mnist-eval", arguments);
}

}  // namespace

TEST_CASE("the text report has scikit-learn's table and a matrix with named rows", "[eval]") {
  const Outcome outcome = evaluate({});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  for (const char* part : {"precision", "recall", "f1-score", "support", "macro avg",
                           "weighted avg", "rows", "true"}) {
    INFO(part);
    CHECK(outcome.out.find(part) != std::string::npos);
  }
}

TEST_CASE("the JSON report agrees with itself", "[eval]") {
  const Outcome outcome = evaluate({"--format", "json"});
  REQUIRE(outcome.exit_code == 0);
  const json report = json::parse(outcome.out);
  CHECK(report["accuracy"] > 0.8);
  REQUIRE(report["per_class"].size() == 10);
  int support = 0;
  int right = 0;
  for (std::size_t c = 0; c < 10; ++c) {
    support += report["per_class"][c]["support"].get<int>();
    right += report["confusion_matrix"][c][c].get<int>();
  }
  CHECK(support == 500);
  CHECK(report["accuracy"].get<double>() == Approx(right / 500.0));
  CHECK(report["accuracy_interval"][0] < report["accuracy"]);
}

TEST_CASE("a report that does not fit on the disk is an error with its reason", "[eval]") {
  for (const char* format : {"text", "json"}) {
    const Outcome outcome =
        run_shell("mnist-eval --model \"" + small_run().string() + "\" --data \"" +
                  generated_data().string() + "\" --format " + format + " > /dev/full");
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.err == "mnist-eval: cannot write the results: no space left on device\n");
  }
}

TEST_CASE("--min-accuracy tells by exit code 1", "[eval]") {
  CHECK(evaluate({"--min-accuracy", "0.5"}).exit_code == 0);
  const Outcome outcome = evaluate({"--min-accuracy", "1"});
  CHECK(outcome.exit_code == 1);
  CHECK_FALSE(outcome.out.empty());
}

TEST_CASE("a model compared with itself changes no image", "[eval]") {
  const Outcome outcome =
      evaluate({"--compare", (small_run() / "best.safetensors").string(), "--format", "json"});
  REQUIRE(outcome.exit_code == 0);
  CHECK(json::parse(outcome.out)["comparison"]["p_value"] == 1.0);
}

TEST_CASE("an ensemble of one model twice is that model", "[eval]") {
  const json one = json::parse(evaluate({"--format", "json"}).out);
  const json two = json::parse(evaluate({"--model", small_run().string(), "--format", "json"}).out);
  CHECK(one["accuracy"] == two["accuracy"]);
  CHECK(one["loss"].get<double>() == Approx(two["loss"].get<double>()));
}

TEST_CASE("the validation split is the one of the model's own training", "[eval]") {
  const json report = json::parse(evaluate({"--split", "validation", "--format", "json"}).out);
  const auto rows = lines_of(read_text(small_run() / "metrics.jsonl"));
  double best = 0;
  for (const std::string& row : rows) {
    best = std::max(best, json::parse(row)["validation_accuracy"].get<double>());
  }
  CHECK(report["images"] == 200);
  CHECK(report["accuracy"].get<double>() == Approx(best));
}

TEST_CASE("models that put other images aside are not judged on one validation split", "[eval]") {
  const TemporaryDirectory folder;
  const fs::path other = folder / "other";
  write_text(folder / "config.json", small_config());
  REQUIRE(run_program("mnist-train", {"--config", (folder / "config.json").string(), "--data",
                                      generated_data().string(), "--out", other.string(), "--seed",
                                      "7", "--set", "training.epochs=0.1"})
              .exit_code == 0);
  for (const char* flag : {"--model", "--compare"}) {
    const Outcome outcome = evaluate({"--split", "validation", flag, other.string()});
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    REQUIRE(lines_of(outcome.err).size() == 1);
    CHECK(outcome.err.find("set aside different images") != std::string::npos);
  }
}

TEST_CASE("an ensemble rejects the same images as pictures as it does from an IDX file", "[eval]") {
  const TemporaryDirectory folder;
  write_text(folder / "config.json", small_config());
  const std::string hasty = (folder / "hasty").string();
  REQUIRE(run_program("mnist-train",
                      {"--config", (folder / "config.json").string(), "--data",
                       generated_data().string(), "--out", hasty, "--set", "training.epochs=1"})
              .exit_code == 0);
  // Those test images that are in MNIST's form to the pixel, so both ways show the same.
  const IdxImages all =
      parse_idx_images(read_file(generated_data() / "t10k-images-idx3-ubyte", 1 << 20));
  const IdxLabels labels =
      parse_idx_labels(read_file(generated_data() / "t10k-labels-idx1-ubyte", 1 << 20));
  IdxImages images{.count = 0, .rows = 28, .columns = 28, .pixels = {}};
  IdxLabels kept;
  fs::create_directory(folder / "pictures");
  fs::create_directory(folder / "data");
  for (std::size_t i = 0; i < all.count; ++i) {
    const auto begin = all.pixels.begin() + static_cast<std::ptrdiff_t>(784 * i);
    const Image picture{.width = 28, .height = 28, .pixels = {begin, begin + 784}};
    Digit digit;
    std::transform(begin, begin + 784, digit.ink.begin(),
                   [](std::uint8_t ink) { return static_cast<float>(ink) / 255.0F; });
    if (!ink::has_mnist_form(digit)) continue;
    const std::string name = std::to_string(1000 + i) + "_label" + std::to_string(labels.labels[i]);
    write_file_atomically(folder / "pictures" / (name + ".png"), encode_png(picture));
    images.pixels.insert(images.pixels.end(), begin, begin + 784);
    kept.labels.push_back(labels.labels[i]);
    ++images.count;
  }
  REQUIRE(images.count > 100);
  write_file_atomically(folder / "data" / "t10k-images-idx3-ubyte", serialize_idx(images));
  write_file_atomically(folder / "data" / "t10k-labels-idx1-ubyte", serialize_idx(kept));
  const auto ask = [&](const std::string& flag, const std::string& name) {
    return json::parse(
        run_program("mnist-eval", {"--model", small_run().string(), "--model", hasty, flag,
                                   (folder / name).string(), "--format", "json"})
            .out);
  };
  const json of_pictures = ask("--images", "pictures");
  const json of_data = ask("--data", "data");
  CHECK(of_pictures["rejection"] == of_data["rejection"]);
  CHECK(of_data["rejection"]["rejected"] > 0);
}

TEST_CASE("a folder of labelled pictures is evaluated through the path of mnist-predict",
          "[eval]") {
  const fs::path folder = fs::path(pictures().front()).parent_path();
  const Outcome outcome = evaluate({"--images", folder.string(), "--format", "json"});
  REQUIRE(outcome.exit_code == 0);
  CHECK(json::parse(outcome.out)["images"] == 10);
  CHECK_FALSE(json::parse(outcome.out).contains("per_source"));  // their names carry no source
  CHECK(outcome.err.empty());

  const TemporaryDirectory some;
  fs::copy_file(pictures()[3], some / "a_label3.png");
  fs::copy_file(pictures()[4], some / "b.png");
  const Outcome left_out = evaluate({"--images", some.path().string(), "--format", "json"});
  CHECK(json::parse(left_out.out)["images"] == 1);
  CHECK(left_out.err == "skipped 1 file without a label\n");
}

TEST_CASE("pages are measured whole, by characters and digit by digit", "[eval]") {
  const TemporaryDirectory folder;
  REQUIRE(
      run_program("mnist-generate", {"--pages", "8", "--out", folder.path().string()}).exit_code ==
      0);
  const auto ask = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"--pages", folder.path().string()});
    return run_program("mnist-eval", more);
  };
  const Outcome outcome = ask({"--format", "json"});
  REQUIRE(outcome.exit_code == 0);
  const json report = json::parse(outcome.out);
  CHECK(report["pages"] == 8);
  CHECK(report["digits"] > 10);
  CHECK(report["missed"] < report["digits"]);
  CHECK(ask({}).out.find("read whole") != std::string::npos);
  CHECK(ask({"--min-accuracy", "1"}).exit_code == (report["whole_share"] < 1 ? 1 : 0));
}

TEST_CASE("without a list, the texts of pages are in their names", "[eval]") {
  const TemporaryDirectory folder;
  write_text(folder / "phone__42.png", png_of_42());
  write_text(folder / "phone__17.png", png_of_42());
  write_text(folder / "notes.txt", "nothing");
  const Outcome outcome =
      run_program("mnist-eval", {"--pages", folder.path().string(), "--format", "csv"});
  REQUIRE(outcome.exit_code == 0);
  const auto lines = lines_of(outcome.out);
  REQUIRE(lines.size() == 3);
  CHECK(lines[1] == "phone__17.png,17,42,2");
  CHECK(lines[2] == "phone__42.png,42,42,0");
  write_text(folder / "pages.jsonl", "{\"file\": \"phone__42.png\"}\n");
  const Outcome bad = run_program("mnist-eval", {"--pages", folder.path().string()});
  CHECK(bad.exit_code == 2);
  REQUIRE(lines_of(bad.err).size() == 1);
  CHECK(bad.err.find("line 1") != std::string::npos);
}

TEST_CASE("--report writes a page, pictures and JSON, and every number on the page is the JSON's",
          "[eval]") {
  const TemporaryDirectory folder;
  const fs::path report = folder / "new/report";
  const Outcome outcome = evaluate(
      {"--report", report.string(), "--compare", (small_run() / "last.safetensors").string()});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  for (const char* name :
       {"report.html", "report.json", "confusion.png", "reliability.png", "hardest.png"}) {
    INFO(name);
    CHECK(fs::file_size(report / name) > 1000);
  }
  const Outcome check = run_program(
      "/usr/bin/env", {"python3", MNIST_SOURCE_DIR "/scripts/check-report.py", report.string()});
  INFO(check.out);
  CHECK(check.exit_code == 0);
  const json written = json::parse(read_text(report / "report.json"));
  CHECK(written["training"][0]["epochs"].size() == 4);
  CHECK(written["environment"]["data"]["images_sha256"].get<std::string>().size() == 64);
  CHECK(written["comparison"].contains("only_first_answers"));
}

TEST_CASE("the report of a folder of pictures names their files", "[eval]") {
  const TemporaryDirectory folder;
  const fs::path pictured = fs::path(pictures().front()).parent_path();
  // Every picture in the folder of another digit, so that some answers are wrong.
  const fs::path labelled = folder / "labelled" / "3";
  fs::create_directories(labelled);
  fs::copy(pictured, labelled);
  const Outcome outcome = evaluate(
      {"--images", labelled.parent_path().string(), "--report", (folder / "report").string()});
  CHECK(outcome.exit_code == 0);
  const json report = json::parse(read_text(folder / "report/report.json"));
  CHECK(report["hardest"].size() >= 5);
  CHECK(report["hardest"][0]["name"].get<std::string>().starts_with("3/"));
}

TEST_CASE("a report that cannot be written is one line and exit code 2, before any work",
          "[eval]") {
  const Outcome outcome = evaluate({"--report", "/dev/null/report"});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.out.empty());
  CHECK(lines_of(outcome.err).size() == 1);
  CHECK(outcome.err.starts_with("mnist-eval: /dev/null/report: "));
}

TEST_CASE("a missing model is one line and exit code 2", "[eval]") {
  const Outcome outcome = run_program("mnist-eval", {"--model", "/no/such/model"});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.out.empty());
  CHECK(lines_of(outcome.err).size() == 1);
  CHECK(outcome.err.starts_with("mnist-eval: /no/such/model: "));
}

TEST_CASE("a labelled picture that cannot be looked at is reported", "[eval]") {
  const TemporaryDirectory folder;
  for (const char* name : {"a_label1.pgm", "b_label1.pgm"}) {
    write_text(folder / name, "P2 1 1 255 255\n");
  }
  fs::create_symlink("absent", folder / "c_label1.pgm");
  const Outcome outcome = run_program("mnist-eval", {"--images", folder.path().string()});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err == "mnist-eval: " + (folder / "c_label1.pgm").string() +
                           ": cannot be opened: no such file or directory\n");
}

TEST_CASE("a file that is not a model is one line and exit code 2", "[eval]") {
  for (const std::string& file :
       {pictures().front(), generated_data().string() + "/train-labels-idx1-ubyte"}) {
    const Outcome outcome = run_program("mnist-eval", {"--model", file});
    CHECK(outcome.exit_code == 2);
    CHECK(lines_of(outcome.err).size() == 1);
    CHECK(outcome.err.starts_with("mnist-eval: " + file + ": "));
  }
}

}  // namespace mnist::testing
