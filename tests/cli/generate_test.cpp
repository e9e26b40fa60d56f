#include <filesystem>

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

TEST_CASE("things that are no digit come on request, as a file or as pictures", "[generate]") {
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
