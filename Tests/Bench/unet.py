"""The network of Sources/Training/Network/UNet3D.swift in PyTorch, its parameters in the same order."""

import torch


def block(inputs, outputs, norm):
    layers = []
    for index in range(2):
        layers.append(torch.nn.Conv3d(inputs if index == 0 else outputs, outputs, 3, padding=1, bias=norm == "none"))
        if norm == "batch":
            layers.append(torch.nn.BatchNorm3d(outputs))
        elif norm == "instance":
            layers.append(torch.nn.InstanceNorm3d(outputs, affine=True))
        layers.append(torch.nn.ReLU(inplace=True))
    return torch.nn.Sequential(*layers)


class UNet3D(torch.nn.Module):
    def __init__(self, channels, classes, depth=4, filters=32, norm="batch"):
        super().__init__()
        width = [filters << level for level in range(depth + 1)]
        self.down = torch.nn.ModuleList(
            block(channels if level == 0 else width[level - 1], width[level], norm) for level in range(depth))
        self.bottom = block(width[depth - 1], width[depth], norm)
        self.up = torch.nn.ModuleList(
            torch.nn.ModuleList([
                torch.nn.ConvTranspose3d(width[level + 1], width[level], 2, stride=2),
                block(2 * width[level], width[level], norm),
            ]) for level in range(depth))
        self.head = torch.nn.Conv3d(filters, classes, 1)
        self.pool = torch.nn.MaxPool3d(2)

    def forward(self, value):
        features = []
        for down in self.down:
            features.append(down(value))
            value = self.pool(features[-1])
        value = self.bottom(value)
        for up, block in reversed(self.up):
            value = block(torch.cat([features.pop(), up(value)], 1))
        return self.head(value)
