"""One rank of a training, in a process of its own: lists each batch it gets; rank 0 keeps the state."""

import datetime
import hashlib
import json
import os
import time

import numpy
import torch.distributed

import segprep


def train(settings, rank):
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{settings['folder']}/meeting", rank=rank, world_size=settings["world_size"],
        timeout=datetime.timedelta(seconds=60))
    dataset = segprep.ShardDataset(
        settings["shards"], set="train", fold=0, pipeline=settings["pipeline"], global_batch=8, epochs=3)
    if settings["state"]:
        dataset.load_state_dict(settings["state"])
    kept = f"{settings['folder']}/state.json"
    with open(f"{settings['folder']}/batches.{rank}", "w") as out:
        for _ in range(3):
            for batch in dataset:
                out.write(json.dumps(told(batch)) + "\n")
                out.flush()
                torch.distributed.barrier()
                if rank == 0:
                    with open(kept + ".new", "w") as file:
                        json.dump(dataset.state_dict(), file)
                    os.replace(kept + ".new", kept)
                # So slow that it can be killed on the way.
                time.sleep(settings["seconds"])
    dataset.close()
    torch.distributed.destroy_process_group()


def told(batch):
    """Epoch and number, then what is known of each sample, with the hash of its voxels."""
    line = [batch.epoch, batch.number]
    for sample, image, label in zip(batch.samples, *batch):
        content = numpy.asarray(image).tobytes() + numpy.asarray(label).tobytes()
        line.append([sample.file, sample.place, sample.occurrence, hashlib.sha256(content).hexdigest()])
    return line
