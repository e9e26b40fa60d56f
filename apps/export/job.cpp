#include "export/job.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/export/onnx.h"
#include "mnist/export/torchscript.h"
#include "mnist/model/model_file.h"

#include "common/guard.h"
#include "common/logging.h"
#include "common/shipped.h"

namespace mnist::app::exporting {

int run(const Flags& flags, std::ostream& out) {
  set_up_logging(flags.common);
  const bool to_stdout = flags.out == "-";
  if (to_stdout && isatty(STDOUT_FILENO) == 1) {
    throw Error(ErrorKind::kUsage,
                "a model cannot be written to a terminal (use -o FILE, or -o - | …)");
  }
  const Model model = load_model(model_path(flags.model));
  const Bytes bytes = flags.to == "onnx" ? export_onnx(model) : export_torchscript(model);
  if (to_stdout) {
    write_results(out, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  } else {
    // A pipe or device may be stdout itself, which then gets the model.
    if (write_file_atomically(flags.out, bytes) == Written::kFile) out << flags.out << '\n';
    flush_results(out);
  }
  spdlog::info(
      "{} -> {}, {} bytes; input ink [N,1,28,28], outputs probabilities [N,10], "
      "acceptance [N], logits [N,10]",
      model.path, flags.to, bytes.size());
  return kSuccess;
}

}  // namespace mnist::app::exporting
