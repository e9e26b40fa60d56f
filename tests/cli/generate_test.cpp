#include <filesystem>

#include <nlohmann/json.hpp>

#include "cli/fixtures.h"
#include "support/catch.h"
#include "support/environment.h"
#include "support/process.h"

namespace mnist::testing {

namespace fs = std::filesystem;

TEST_CASE("generated data are the four MNIST files, the same for the same seed", "[generate]") {
  const TemporaryDirectory folder;
  const auto generate = [&](const std::string& name, const std::string& seed) {
    return run_program("mnist-generate", {"--out", (folder / name).string(), "--train", "50",
                                          "--test", "20", "--seed", seed});
  };
  REQUIRE(generate("a", "1").exit_code == 0);
  REQUIRE(generate("b", "1").exit_code == 0);
  REQUIRE(generate("c", "2").exit_code == 0);
  CHECK(fs::file_size(folder / "a" / "train-images-idx3-ubyte") == 16 + 50 * 784);
  CHECK(fs::file_size(folder / "a" / "t10k-labels-idx1-ubyte") == 8 + 20);
  const std::string name = "t10k-images-idx3-ubyte";
  CHECK(read_text(folder.path() / "a" / name) == read_text(folder.path() / "b" / name));
  CHECK(read_text(folder.path() / "a" / name) != read_text(folder.path() / "c" / name));
}

TEST_CASE("pictures are named by the digit drawn on them", "[generate]") {
  REQUIRE(pictures().size() == 10);
  for (std::size_t digit = 0; digit < 10; ++digit) {
    CHECK(pictures()[digit].ends_with("_label" + std::to_string(digit) + ".png"));
    CHECK(fs::file_size(pictures()[digit]) > 100);
  }
}

TEST_CASE("things that are not digits come on request, as a file or as pictures", "[generate]") {
  const TemporaryDirectory folder;
  const std::string out = folder.path().string();
  REQUIRE(run_program("mnist-generate",
                      {"--out", out, "--train", "10", "--test", "10", "--outliers", "30"})
              .exit_code == 0);
  CHECK(fs::file_size(folder / "outliers-images-idx3-ubyte") == 16 + 30 * 784);
  const Outcome outcome = run_program(
      "mnist-generate", {"--out", out, "--pictures", "--count", "2", "--outliers", "3"});
  REQUIRE(outcome.exit_code == 0);
  CHECK(lines_of(outcome.out).size() == 5);
  CHECK(fs::exists(folder / "0002_outlier.png"));
}

TEST_CASE("pages come with their truth, the same for the same seed", "[generate]") {
  const TemporaryDirectory folder;
  const auto generate = [&](const std::string& name) {
    return run_program("mnist-generate", {"--pages", "12", "--width", "160", "--height", "128",
                                          "--seed", "4", "--out", (folder / name).string()});
  };
  const Outcome outcome = generate("a");
  REQUIRE(outcome.exit_code == 0);
  CHECK(lines_of(outcome.out).size() == 12);
  REQUIRE(generate("b").exit_code == 0);
  CHECK(read_text(folder / "a" / "pages.jsonl") == read_text(folder / "b" / "pages.jsonl"));
  const auto lines = lines_of(read_text(folder / "a" / "pages.jsonl"));
  REQUIRE(lines.size() == 12);
  std::size_t marks = 0;
  for (const std::string& line : lines) {
    const auto truth = nlohmann::json::parse(line);
    CHECK(fs::exists(folder / "a" / truth["file"].get<std::string>()));
    CHECK(fs::exists(folder / "a" / truth["ink"].get<std::string>()));
    marks += truth["marks"].size();
  }
  CHECK(marks > 12);
}

TEST_CASE("a stress set has fifteen kinds of every image, named for mnist-eval", "[generate]") {
  const TemporaryDirectory folder;
  const std::string images = (generated_data() / "t10k-images-idx3-ubyte").string();
  const Outcome outcome = run_program("mnist-generate", {"--stress", images, "--per-kind", "2",
                                                         "--out", (folder / "stress").string()});
  REQUIRE(outcome.exit_code == 0);
  CHECK(lines_of(outcome.out).size() == 30);
  CHECK(outcome.out.find("canny-edges__0001_label") != std::string::npos);
  const Outcome report =
      run_program("mnist-eval", {"--images", (folder / "stress").string(), "--format", "json"});
  REQUIRE(report.exit_code == 0);
  CHECK(nlohmann::json::parse(report.out)["per_source"].size() == 15);
  const Outcome none = run_program("mnist-generate", {"--stress", "/none/x-images-idx3-ubyte",
                                                      "--out", (folder / "c").string()});
  CHECK(none.exit_code == 2);
  CHECK(lines_of(none.err).size() == 1);
}

TEST_CASE("a folder that cannot be made is one line and exit code 2", "[generate]") {
  const Outcome outcome = run_program("mnist-generate", {"--out", "/dev/null/folder"});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.out.empty());
  CHECK(lines_of(outcome.err).size() == 1);
}

TEST_CASE("data that are there are neither replaced nor hidden", "[generate]") {
  for (const char* name : {"t10k-labels-idx1-ubyte", "train-images-idx3-ubyte.gz"}) {
    const TemporaryDirectory folder;
    write_text(folder / name, "precious");
    const Outcome outcome = run_program("mnist-generate", {"--out", folder.path().string()});
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.err == "mnist-generate: " + (folder / name).string() +
                             ": already exists: choose another folder, or remove it\n");
    CHECK(read_text(folder / name) == "precious");
  }
}

TEST_CASE("more digits than an IDX file can hold are refused before any is drawn", "[generate]") {
  const TemporaryDirectory folder;
  const Outcome outcome =
      run_program("mnist-generate", {"--out", folder.path().string(), "--train", "2739138"});
  CHECK(outcome.exit_code == 2);
  CHECK(lines_of(outcome.err).size() == 1);
}

}  // namespace mnist::testing
