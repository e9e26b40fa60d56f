#include <filesystem>

#include "cli/fixtures.h"
#include "support/catch.h"
#include "support/environment.h"
#include "support/process.h"

namespace mnist::testing {

namespace fs = std::filesystem;

TEST_CASE("a model is exported and the file's path printed", "[export]") {
  const TemporaryDirectory folder;
  for (const std::string to : {"onnx", "torchscript"}) {
    const std::string file = (folder / to).string();
    const Outcome outcome =
        run_program("mnist-export", {"--model", small_run().string(), "--to", to, "-o", file});
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.out == file + "\n");
    CHECK(lines_of(outcome.err).size() == 1);
    CHECK(fs::file_size(file) > 10000);
  }
  CHECK(read_text(folder / "onnx").find("mnist-toolkit") != std::string::npos);
  CHECK(read_text(folder / "torchscript").starts_with("PK"));
}

TEST_CASE("-o - writes to stdout what would be in the file, and nothing else", "[export]") {
  const TemporaryDirectory folder;
  for (const std::string to : {"onnx", "torchscript"}) {
    const std::string file = (folder / to).string();
    REQUIRE(run_program("mnist-export", {"--to", to, "-o", file}).exit_code == 0);
    const Outcome piped =
        run_program("mnist-export", {"--to", to, "-o", "-"}, {.folder = folder.path()});
    CHECK(piped.exit_code == 0);
    CHECK((piped.out == read_text(file)));
    CHECK(lines_of(piped.err).size() == 1);
    CHECK_FALSE(fs::exists(folder / "-"));
  }
}

TEST_CASE("a reader that leaves early ends an export quietly", "[export]") {
  const Outcome outcome =
      run_shell("(mnist-export --to onnx -o - -q; echo $? >&2) | head -c 1 > /dev/null");
  CHECK(outcome.err == "0\n");
}

TEST_CASE("a model is not written to a terminal", "[export]") {
  const Outcome outcome =
      run_shell("script --quiet --return --command 'mnist-export --to onnx -o -' /dev/null");
  CHECK(outcome.exit_code == 2);
  CHECK(lines_of(outcome.out).size() == 1);
  CHECK(outcome.out.starts_with("mnist-export: a model cannot be written to a terminal"));
}

TEST_CASE("without --model the shipped model is exported, wherever the program is run",
          "[export]") {
  const TemporaryDirectory folder;
  const Outcome outcome = run_program("mnist-export", {"--to", "onnx", "-o", "digits.onnx", "-q"},
                                      {.folder = folder.path()});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  CHECK(fs::exists(folder / "digits.onnx"));
}

TEST_CASE("a link to a file that is not there yet stays a link to the model", "[export]") {
  const TemporaryDirectory folder;
  fs::create_symlink("real.onnx", folder / "link");
  const std::string link = (folder / "link").string();
  const Outcome outcome = run_program("mnist-export", {"--to", "onnx", "-o", link, "-q"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == link + "\n");
  CHECK(fs::is_symlink(link));
  CHECK(fs::file_size(folder / "real.onnx") > 10000);
}

TEST_CASE("an output that cannot be looked at is an error, and stays what it is", "[export]") {
  const TemporaryDirectory folder;
  fs::create_symlink("loop", folder / "loop");
  const std::string loop = (folder / "loop").string();
  const Outcome outcome = run_program("mnist-export", {"--to", "onnx", "-o", loop});
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err ==
        "mnist-export: " + loop + ": cannot be written: too many levels of symbolic links\n");
  CHECK(fs::is_symlink(loop));
}

TEST_CASE("an export that cannot be done is one line and exit code 2", "[export]") {
  const TemporaryDirectory folder;
  const std::string file = (folder / "out").string();
  const std::string text = (folder / "notes.txt").string();
  write_text(text, "hello\n");
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--to", "onnx"},
                                             {"-o", file},
                                             {"--to", "keras", "-o", file},
                                             {"--to", "onnx", "-o", file, "--model", text},
                                             {"--to", "onnx", "-o", "/dev/null/x"},
                                             {"--to", "onnx", "-o", file, "more"}}) {
    const Outcome outcome = run_program("mnist-export", arguments);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(lines_of(outcome.err).size() == 1);
    CHECK_FALSE(fs::exists(file));
  }
}

}  // namespace mnist::testing
