"""Trains a small network for some steps: python3 train_pytorch.py SHARDS PIPELINE [STEPS]."""

import itertools
import sys

import torch
from torch.utils.data import DataLoader

import segprep

shards, pipeline, steps = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 20
device = "cuda" if torch.cuda.is_available() else "cpu"
dataset = segprep.ShardDataset(shards, set="random", fold=0, pipeline=pipeline)
network = torch.nn.Sequential(
    torch.nn.LazyConv3d(8, 3, padding=1), torch.nn.ReLU(), torch.nn.Conv3d(8, 3, 3, padding=1)).to(device)
optimiser, loss = None, torch.nn.CrossEntropyLoss()
epochs = itertools.chain.from_iterable(DataLoader(dataset, batch_size=None, num_workers=0) for _ in itertools.count())
for step, (image, label) in zip(range(steps), epochs):
    value = loss(network(image.to(device, non_blocking=True)), label.to(device, non_blocking=True).long())
    optimiser = optimiser or torch.optim.Adam(network.parameters(), 1e-2)
    optimiser.zero_grad()
    value.backward()
    optimiser.step()
    print(f"step {step}: loss {value.item():.4f}")
torch.save({"network": network.state_dict(), "data": dataset.state_dict()}, "checkpoint.pt")
