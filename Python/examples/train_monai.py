"""Trains MONAI's U-Net for an epoch: python3 train_monai.py SHARDS PIPELINE."""

import sys

import torch
from monai.losses import DiceCELoss
from monai.networks.nets import UNet

import segprep

shards, pipeline = sys.argv[1:]
device = "cuda" if torch.cuda.is_available() else "cpu"
# No CacheDataset, no transforms, no workers: patches come decoded and augmented, on as many threads as there are cores.
training = segprep.ShardDataset(shards, set="random", fold=0, pipeline=pipeline)
network = UNet(3, in_channels=1, out_channels=3, channels=(16, 32, 64, 128), strides=(2, 2, 2)).to(device)
loss = DiceCELoss(to_onehot_y=True, softmax=True)
optimiser = torch.optim.AdamW(network.parameters(), 1e-3)
for image, label in training:
    optimiser.zero_grad()
    value = loss(network(image.to(device)), label.to(device)[:, None])  # MONAI's labels have a channel
    value.backward()
    optimiser.step()
    print(f"loss {value.item():.4f}")
