# Two commands do everything on a fresh Debian machine with Swift: `make demo` and `make test`.

# What has to be installed, in one place. Build: the libraries that Package.swift links, and pkg-config to find them.
APT_BUILD := pkg-config libnifti2-dev libznz-dev libhdf5-dev libdeflate-dev libisal-dev libssl-dev libpng-dev zlib1g-dev \
  liblz4-dev libzstd-dev
# Training: left out by SEGPREP_TORCH=off; with LIBTORCH=<folder of a pip-installed torch> that one is built against.
ifeq ($(SEGPREP_TORCH)$(LIBTORCH),)
APT_BUILD += libtorch-dev
endif
# Tests: the libraries whose results ours are compared with.
APT_TEST := python3 python3-numpy python3-scipy python3-nibabel python3-h5py python3-venv python3-torch python3-pip \
  python3-setuptools python3-wheel
# Benchmarks: what makes the raw cases and holds the peers.
APT_BENCH := python3 python3-numpy python3-venv python3-torch

SWIFT_BUILD := swift build --explicit-target-dependency-import-check error
SEGPREP := .build/release/segprep
PROGRAMS := segprep $(if $(filter off,$(SEGPREP_TORCH)),,segprep-train)
# Its own build folder: everything in the library carries Swift's own with it, so that no machine it runs on needs Swift.
LIBRARY := .build/library
DEMO := demo
PAPER := paper-demo
# The losses that the paper's tables compare.
PAPER_LOSSES := cross-entropy focal dice tversky focal-tversky combo unified-focal
# Its own build folder: everything in it is built with libFuzzer's instrumentation and the address sanitizer.
FUZZ := .build/fuzz
FUZZ_RUNS := 1000000

.PHONY: demo paper-demo build library test lint unit end-to-end python consumer bench learn soak fuzz apt-build apt-test apt-bench plugins clean

demo: build
	rm -rf $(DEMO)
	$(SEGPREP) synth kits19 --cases 6 --out $(DEMO)/raw
	$(SEGPREP) plan Pipelines/kits19.yaml
	$(SEGPREP) ingest $(DEMO)/raw --pipeline Pipelines/kits19.yaml --out $(DEMO)/prepared
	$(SEGPREP) inspect $(DEMO)/prepared/cases/case_00000.h5
	$(SEGPREP) export $(DEMO)/prepared --out $(DEMO)/nifti --cases case_00000
	$(SEGPREP) shard $(DEMO)/prepared --pipeline Pipelines/kits19.yaml --out $(DEMO)/shards
	$(SEGPREP) verify $(DEMO)/shards
	$(SEGPREP) stream $(DEMO)/shards --pipeline Pipelines/kits19.yaml --set random --fold 0
ifneq ($(SEGPREP_TORCH),off)
	$(SEGPREP) synth kits19 --cases 24 --out $(DEMO)/more --quiet
	$(SEGPREP) ingest $(DEMO)/more --pipeline Pipelines/phantoms.yaml --out $(DEMO)/small --quiet
	$(SEGPREP) shard $(DEMO)/small --pipeline Pipelines/phantoms.yaml --out $(DEMO)/small-shards --quiet
	$(SEGPREP) train $(DEMO)/small-shards --pipeline Pipelines/phantoms.yaml --fold 0 --epochs 2 --batches-per-epoch 100 \
	  --out $(DEMO)/run
	$(SEGPREP) predict $(DEMO)/run $(DEMO)/small --fold 0 --grid prepared --out $(DEMO)/predicted
	$(SEGPREP) evaluate $(DEMO)/predicted $(DEMO)/small --fold 0
endif
	@echo
	@echo "Made: $(DEMO)/raw (phantoms, as KiTS19 lies on disk), $(DEMO)/prepared (HDF5), $(DEMO)/nifti (for any viewer),"
	@echo "$(DEMO)/shards (patches to train on); at a coarser spacing $(DEMO)/small, $(DEMO)/run (a network after a minute of"
	@echo "training: $(DEMO)/run/curves.svg), $(DEMO)/predicted."
	@echo "Next: $(SEGPREP) ingest YOUR_KITS19 --pipeline Pipelines/kits19.yaml --out prepared"

# The paper's experiment on phantoms: seven losses, two folds, a small network; prints its tables, draws the segmentations.
paper-demo: build
	rm -rf $(PAPER)
	$(SEGPREP) synth kits19 --cases 24 --out $(PAPER)/raw --quiet
	$(SEGPREP) ingest $(PAPER)/raw --pipeline Pipelines/paper-demo.yaml --out $(PAPER)/prepared --quiet
	$(SEGPREP) shard $(PAPER)/prepared --pipeline Pipelines/paper-demo.yaml --out $(PAPER)/shards --quiet
	set -e; for loss in $(PAPER_LOSSES); do \
	  for fold in 0 1; do \
	    $(SEGPREP) train $(PAPER)/shards --pipeline Pipelines/paper-demo.yaml --fold $$fold --loss $$loss \
	      --out $(PAPER)/trained/$$loss-$$fold --device cpu; \
	    $(SEGPREP) predict $(PAPER)/trained/$$loss-$$fold $(PAPER)/prepared --fold $$fold --grid prepared \
	      --out $(PAPER)/runs/$$loss --device cpu --quiet; \
	  done; \
	  $(SEGPREP) evaluate $(PAPER)/runs/$$loss $(PAPER)/prepared --out $(PAPER)/runs/$$loss --quiet; \
	done
	$(SEGPREP) compare $(PAPER_LOSSES:%=$(PAPER)/runs/%) --out $(PAPER)/tables.md \
	  --figure $(PAPER)/segmentations.png --prepared $(PAPER)/prepared
	@cat $(PAPER)/tables.md
	@echo "Made: $(PAPER)/tables.md, $(PAPER)/segmentations.png, $(PAPER)/trained (networks), $(PAPER)/runs (predictions)."

# Training needs libtorch; SEGPREP_TORCH=off leaves it out.
build: apt-build
	for program in $(PROGRAMS); do $(SWIFT_BUILD) -c release --product $$program || exit 1; done

# libsegprep.so and segprep.h, for C; `pip install ./Python` makes it too.
library: apt-build
	$(SWIFT_BUILD) -c release --product CInterface --scratch-path $(LIBRARY) \
	  -Xswiftc -static-stdlib -Xlinker -soname=libsegprep.so -Xlinker --gc-sections -Xlinker --strip-all \
	  -Xlinker --version-script=Sources/CSegprep/exports.map
	cp -f $(LIBRARY)/release/libCInterface.so $(LIBRARY)/libsegprep.so
	cp -f Sources/CSegprep/segprep.h $(LIBRARY)/segprep.h

test: lint unit end-to-end python consumer

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests
	Tests/check-package

unit: apt-build apt-test plugins
	$(SWIFT_BUILD) --build-tests
	swift test --skip-build

# The built program against nibabel, SciPy and h5py, as a user runs it.
end-to-end: build library apt-test plugins
	SEGPREP=$(CURDIR)/$(SEGPREP) /usr/bin/python3 -m unittest discover --start-directory Tests/EndToEnd --verbose

# The Python package against h5py, with PyTorch, in one process and in several.
python: build library apt-test
	SEGPREP=$(CURDIR)/$(SEGPREP) SEGPREP_LIBRARY=$(CURDIR)/$(LIBRARY)/libsegprep.so \
	  /usr/bin/python3 -W ignore -m unittest discover --start-directory Python/tests --verbose

# Another package that depends on the library by a tagged URL; builds what is committed.
consumer:
	Tests/Consumer/run

# Ours beside the peers, in one run; writes bench/results.json. Fetches the peers from PyPI once; PEERS=all adds those
# that need torch.
bench: build library apt-bench plugins
	SEGPREP=$(CURDIR)/$(SEGPREP) Tests/Bench/run
	SEGPREP=$(CURDIR)/$(SEGPREP) Tests/Bench/augment
	SEGPREP=$(CURDIR)/$(SEGPREP) Tests/Bench/stream
	SEGPREP=$(CURDIR)/$(SEGPREP) Tests/Bench/train

# What training reaches: kidneys and tumours of phantoms in cases it has not seen, in under 15 minutes on two cores.
# EXPERT=<folder of three real cases> adds that a network can overfit to two of them.
learn: build apt-test
	SEGPREP=$(CURDIR)/$(SEGPREP) Tests/Bench/learn phantoms
	$(if $(EXPERT),SEGPREP=$(CURDIR)/$(SEGPREP) Tests/Bench/learn expert $(EXPERT))

# 20,000 augmented batches: memory and open files must not grow.
soak: build
	SEGPREP=$(CURDIR)/$(SEGPREP) Tests/soak

# The NIfTI reader against mutated files, from a corpus that is generated; a finding is left in $(FUZZ) and ends the run.
# The compiler heeds the last -sanitize alone, so that names both. Without coverage a run proves nothing.
fuzz: apt-build apt-test
	SEGPREP_FUZZ=1 $(SWIFT_BUILD) -c release --product nifti-fuzz \
	  --sanitize fuzzer -Xswiftc -sanitize=fuzzer,address --scratch-path $(FUZZ)
	rm -rf $(FUZZ)/corpus $(FUZZ)/seeds
	mkdir -p $(FUZZ)/corpus
	Tests/Fuzz/make-corpus $(FUZZ)/seeds
	SWIFT_BACKTRACE=enable=no $(FUZZ)/release/nifti-fuzz -runs=$(FUZZ_RUNS) -max_len=4096 -keep_seed=1 \
	  -use_value_profile=1 -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=64 -print_final_stats=1 \
	  -artifact_prefix=$(FUZZ)/ $(FUZZ)/corpus $(FUZZ)/seeds >$(FUZZ)/log 2>&1 || { tail -60 $(FUZZ)/log; exit 1; }
	@grep --extended-regexp 'INITED|DONE|stat::' $(FUZZ)/log
	@grep --quiet 'DONE *cov:' $(FUZZ)/log || { echo "$(FUZZ)/log: no coverage was measured" >&2; exit 1; }

apt-build:
	@Tests/install-apt $(APT_BUILD)

apt-test:
	@Tests/install-apt $(APT_TEST)

# HDF5's plugins for lz4 and zstd, in a Python of their own.
plugins: apt-test
	@Tests/install-plugins .build/plugins

apt-bench:
	@Tests/install-apt $(APT_BENCH)

clean:
	rm -rf .build $(DEMO) $(PAPER) bench
