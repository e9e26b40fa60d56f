#include "train/flags.h"

#include "mnist/base/error.h"
#include "mnist/parallel/process_group.h"

namespace mnist::app::train {

Flags parse(int argc, const char* const* argv) {
  Flags flags;
  CLI::App app("Trains a network on MNIST or any pair of IDX files, following a JSON config.");
  app.add_option("--config", flags.config, "JSON config (docs/training.md)")->type_name("FILE");
  app.add_option("--data", flags.data, "Folder of the MNIST files; overrides the config")
      ->type_name("DIR");
  app.add_option("--out", flags.out, "Folder of the run; default: runs/<config name>")
      ->type_name("DIR");
  app.add_option("--set", flags.set, "Overrides a config value, e.g. training.epochs=2; repeatable")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  auto* resume =
      app.add_option("--resume", flags.resume, "Continue the run in this folder")->type_name("RUN");
  app.add_option("--seed", flags.seed, "Overrides the config's seed")
      ->check(CLI::Range(std::int64_t{0}, INT64_MAX));
  app.add_option("--device", flags.device, "auto, cpu, cuda or cuda:N; overrides the config");
  app.add_option("--threads", flags.threads,
                 "Threads for the network; 0: one per available processor")
      ->check(CLI::Range(0, 4096));
  app.add_option("--peer-timeout", flags.peer_timeout,
                 "With several processes: seconds to wait for one that does not respond")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  app.add_flag("--dry-run", flags.dry_run, "Print what would be done, without training");
  resume->excludes("--config")->excludes("--out")->excludes("--seed");
  add_common_flags(
      app, flags.common,
      "  mnist-train --config configs/fast.json\n"
      "  mnist-train --config configs/default.json --set training.epochs=10 --out runs/ten\n"
      "  mnist-train --resume runs/ten --set training.epochs=20\n"
      "  mpirun -n 4 mnist-train --config configs/default.json   (also srun, torchrun:\n"
      "                                                           docs/scaling.md)\n" +
          std::string(has_process_groups() ? ""
                                           : "\nThis build trains in one process only: its "
                                             "LibTorch or its headers lack Gloo.\n"));
  parse_command_line(app, argc, argv);
  if (flags.config.empty() == flags.resume.empty()) {
    throw Error(ErrorKind::kUsage,
                "one of --config and --resume is required (--help shows the usage)");
  }
  return flags;
}

}  // namespace mnist::app::train
