#include "export/job.h"

#include <spdlog/spdlog.h>

#include "mnist/bytes/file.h"
#include "mnist/export/onnx.h"
#include "mnist/export/torchscript.h"
#include "mnist/model/model_file.h"

#include "common/default_model.h"
#include "common/guard.h"
#include "common/logging.h"

namespace mnist::app::exporting {

int run(const Flags& flags, std::ostream& out) {
  set_up_logging(flags.common);
  const Model model = load_model(model_path(flags.model));
  const Bytes bytes = flags.to == "onnx" ? export_onnx(model) : export_torchscript(model);
  write_file_atomically(flags.out, bytes);
  spdlog::info(
      "{} -> {}, {} bytes; input ink [N,1,28,28], outputs probabilities [N,10], "
      "acceptance [N], logits [N,10]",
      model.path, flags.to, bytes.size());
  out << flags.out << '\n';
  flush_results(out);
  return kSuccess;
}

}  // namespace mnist::app::exporting
