#!/bin/sh
# Trains nnU-Net v2 on prepared cases, in segprep's folds: train_nnunet.sh PREPARED FOLD
# Before: pip install nnunetv2, and nnUNet_raw, nnUNet_preprocessed and nnUNet_results as nnU-Net asks for them.
set -eu
segprep export "$1" --out "$nnUNet_raw" --format nnunet --dataset-id 64
nnUNetv2_plan_and_preprocess -d 64 -c 3d_fullres
cp "$nnUNet_raw"/Dataset064_*/splits_final.json "$nnUNet_preprocessed"/Dataset064_*/
nnUNetv2_train 64 3d_fullres "$2"
