#!/usr/bin/env python3
"""The peer of bench/mnist.sh: the networks of examples/Mnist.cs in PyTorch. Usage: mnist.py FOLDER EPOCHS NETWORK...

Prints for each network one line: its name, the seconds of training, the test accuracy.
"""
import gc
import gzip
import os
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

BATCH = 64


def idx(folder, name):
    with gzip.open(os.path.join(folder, name)) as file:
        data = file.read()
    shape = np.frombuffer(data, ">u4", data[3], 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)


def dense():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Dropout(0.2), nn.Linear(512, 10))


def conv():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1600, 128), nn.ReLU(), nn.Dropout(0.4), nn.Linear(128, 10))


def train(model, x, y, steps):
    """Steps of training in a new order of the examples."""
    optimizer = model.optimizer
    order = torch.randperm(len(x))
    for step in range(steps):
        rows = order[step * BATCH:(step + 1) * BATCH]
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(model(x[rows]), y[rows]).backward()
        optimizer.step()


def made(network, last):
    """A network, with channels last or first: which is faster depends on the machine."""
    torch.manual_seed(1)
    model = network().to(memory_format=torch.channels_last) if last else network()
    # foreach updates all weights in a few calls.
    model.optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, foreach=True)
    return model.train()


def main():
    folder, epochs = sys.argv[1], int(sys.argv[2])
    torch.set_flush_denormal(True)
    gc.disable()
    images = torch.from_numpy(idx(folder, "train-images-idx3-ubyte.gz") / np.float32(255)).unsqueeze(1)
    labels = torch.from_numpy(idx(folder, "train-labels-idx1-ubyte.gz").astype(np.int64))
    test_images = torch.from_numpy(idx(folder, "t10k-images-idx3-ubyte.gz") / np.float32(255)).unsqueeze(1)
    test_labels = torch.from_numpy(idx(folder, "t10k-labels-idx1-ubyte.gz").astype(np.int64))
    for name in sys.argv[3:]:
        network = {"dense": dense, "conv": conv}[name]
        trials = {}
        for last in (False, True):
            x = images.to(memory_format=torch.channels_last) if last else images
            for threads in {1, os.cpu_count()}:
                torch.set_num_threads(threads)
                model = made(network, last)
                train(model, x, labels, 10)
                start = time.perf_counter()
                train(model, x, labels, 30)
                trials[last, threads] = time.perf_counter() - start
        last, threads = min(trials, key=trials.get)
        torch.set_num_threads(threads)
        x = images.to(memory_format=torch.channels_last) if last else images
        model = made(network, last)
        start = time.perf_counter()
        for _ in range(epochs):
            train(model, x, labels, (len(x) + BATCH - 1) // BATCH)
        seconds = time.perf_counter() - start
        model.eval()
        with torch.inference_mode():
            right = sum((model(test_images[i:i + 500]).argmax(1) == test_labels[i:i + 500]).sum().item() for i in range(0, len(test_images), 500))
        print(f"{name} {seconds:.2f} {100 * right / len(test_images):.2f}", flush=True)


main()
