# The headers that are installed, below lib/mnist. All others say that they are internal, and to what
# (tests/structure/public_headers.sh).
set(MNIST_IO_HEADERS
  base/available_memory.h base/error.h base/machine.h base/processors.h base/random.h
  base/shown_text.h base/system_reason.h base/thread.h
  bytes/base64.h bytes/csv_reader.h bytes/file.h bytes/folder.h bytes/gzip.h bytes/idx.h
  bytes/json_document.h bytes/safetensors.h bytes/sha256.h
  image/decode.h image/encode.h image/image.h
  digit/digit.h digit/page.h digit/picture.h digit/polarity.h digit/prediction.h
  labels/label_list.h labels/labelled_files.h
  draw/digits.h draw/foreign_hand.h draw/hands.h draw/outliers.h draw/page.h draw/scenes.h
  draw/signs.h draw/stress.h
  metrics/calibration.h metrics/classification.h metrics/comparison.h metrics/confusion.h
  metrics/errors.h metrics/evaluation.h metrics/interval.h metrics/label_issues.h
  metrics/page_reading.h metrics/ranking.h metrics/undefined.h
  report/chart/contact_sheet.h report/chart/evaluation_charts.h report/chart/heat_map.h
  report/chart/line_chart.h report/chart/palette.h report/chart/raster.h
  report/chart/reading_chart.h report/chart/shapes.h report/chart/svg.h report/chart/ticks.h
  report/csv.h report/evaluation_csv.h report/evaluation_json.h report/evaluation_report.h
  report/evaluation_text.h report/markup.h report/number_text.h report/page_report.h
  report/prediction_lines.h report/template.h report/training_curves.h)
set(MNIST_CORE_HEADERS
  parallel/communicator.h parallel/process_group.h parallel/shared_batch_norm.h
  data/augment_digit.h data/augmentation.h data/digit_batches.h data/digit_set.h
  data/image_form.h data/mnist_dataset.h data/oddities.h data/page_batch.h data/page_grid.h
  data/pixel_csv.h data/sampling.h
  model/classifier.h model/convnet.h model/device.h model/layers.h model/model_file.h
  model/network.h model/network_file.h model/page_network.h model/page_network_options.h
  model/residual_network.h model/shared_batch.h model/tensor_view.h
  read/calibration.h read/ensemble.h read/evaluate.h read/finder.h read/found_digits.h
  read/inference.h read/picture_digits.h read/picture_files.h read/predictor.h read/reader.h
  gradient/autograd_gradient.h gradient/digit_gradient.h gradient/flat_parameters.h
  gradient/gradient_engine.h gradient/loss.h gradient/page_loss.h
  train/config.h train/cross_validation.h train/digit_task.h train/epoch_metrics.h
  train/optimizer.h train/page_task.h train/run_directory.h train/schedule.h train/task.h
  train/trainer.h
  export/onnx.h export/torchscript.h)
