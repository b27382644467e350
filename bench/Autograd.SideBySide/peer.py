#!/usr/bin/env python3
"""The peer of the side-by-side benchmark: PyTorch (and numpy) doing the same works, in every spelling that might be the fastest.

It answers one line to each line it reads:
    variants NAME            the spellings of a work, separated by spaces; an empty line when there are none
    run NAME/VARIANT COUNT   microseconds per call, the mean over COUNT calls
    free NAME                forgets what a work holds; answers "freed"
An answer that begins with "error" says what went wrong. "peer.py memory VARIANT STEPS" trains the mlp instead and prints its peak memory in MB.
"""
import ctypes
import gc
import os
import re
import signal
import sys
import time

import numpy as np

try:
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
except ImportError:
    torch = None

RATE = 1e-6  # learning rate: the arithmetic is the same, and no weight or moment runs into denormals or NaN in a million steps
WORKS = {}   # name -> variant -> (maker, whether under inference mode)
MADE = {}    # (name, variant) -> what was made


def variant(name, label, inference=False, needs_torch=True):
    """Registers a function that builds a work and returns one call of it."""
    def register(make):
        if torch is not None or not needs_torch:
            WORKS.setdefault(name, {})[label] = (make, inference)
        return make
    return register


# ---- networks: a loss, the parameters, and an update

def parameters(*shapes):
    return [(torch.randn(*shape) * 0.1).requires_grad_() for shape in shapes]


def sgd_loop(ps, gs):
    for p, g in zip(ps, gs):
        p.sub_(g, alpha=RATE)


def sgd_foreach(ps, gs):
    torch._foreach_add_(ps, gs, alpha=-RATE)


class ForeachAdam:
    def __init__(self, ps):
        self.m, self.v, self.t = [torch.zeros_like(p) for p in ps], [torch.zeros_like(p) for p in ps], 0

    def __call__(self, ps, gs):
        self.t += 1
        torch._foreach_mul_(self.m, 0.9)
        torch._foreach_add_(self.m, gs, alpha=0.1)
        torch._foreach_mul_(self.v, 0.999)
        torch._foreach_addcmul_(self.v, gs, gs, 0.001)
        root = torch._foreach_sqrt(self.v)
        torch._foreach_add_(root, 1e-8)
        torch._foreach_addcdiv_(ps, self.m, root, -RATE * (1 - 0.999 ** self.t) ** 0.5 / (1 - 0.9 ** self.t))


class FlatAdam:
    """All parameters behind one another in one tensor, so that an update is eight calls however many there are."""

    def __init__(self, ps):
        self.flat = torch.cat([p.detach().reshape(-1) for p in ps])
        for p, part in zip(ps, self.flat.split([p.numel() for p in ps])):
            p.data = part.view(p.shape)
        self.m, self.v, self.g, self.root = (torch.zeros_like(self.flat) for _ in range(4))
        self.t = 0

    def __call__(self, ps, gs):
        self.t += 1
        torch.cat([g.reshape(-1) for g in gs], out=self.g)
        self.m.lerp_(self.g, 0.1)
        self.v.mul_(0.999).addcmul_(self.g, self.g, value=0.001)
        torch.sqrt(self.v, out=self.root)
        self.root.add_(1e-8)
        self.flat.addcdiv_(self.m, self.root, value=-RATE * (1 - 0.999 ** self.t) ** 0.5 / (1 - 0.9 ** self.t))


def step_by_backward(loss, ps, update):
    def step():
        loss().backward()
        with torch.no_grad():
            update(ps, [p.grad for p in ps])
            for p in ps:
                p.grad = None
    return step


def step_by_grad(loss, ps, update):
    def step():
        gs = torch.autograd.grad(loss(), ps)
        with torch.no_grad():
            update(ps, gs)
    return step


def step_by_optimizer(loss, ps, foreach):
    optimizer = torch.optim.Adam(ps, lr=RATE, foreach=foreach)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss().backward()
        optimizer.step()
    return step


def adam_variants(name, problem):
    """Registers the ways to train with Adam; problem() returns a loss and its parameters."""
    variant(name, 'optim.Adam-foreach')(lambda: step_by_optimizer(*problem(), True))
    variant(name, 'optim.Adam-loop')(lambda: step_by_optimizer(*problem(), False))

    def foreach():
        loss, ps = problem()
        return step_by_grad(loss, ps, ForeachAdam(ps))

    def flat():
        loss, ps = problem()
        return step_by_grad(loss, ps, FlatAdam(ps))
    variant(name, 'grad+own-foreach-Adam')(foreach)
    variant(name, 'grad+own-flat-Adam')(flat)


# ---- one operation, recorded: a hundred of them are one call

@variant('mul16-recorded', 'operator')
def mul16_recorded():
    x, y = torch.rand(16, requires_grad=True), torch.rand(16)

    def step():
        for _ in range(100):
            x * y
    return step


@variant('mul16-recorded', 'torch.mul')
def mul16_recorded_function():
    x, y, mul = torch.rand(16, requires_grad=True), torch.rand(16), torch.mul if torch else None

    def step():
        for _ in range(100):
            mul(x, y)
    return step


def chain(differentiate):
    def make():
        x, y, one = torch.rand(16, requires_grad=True), torch.ones(16), torch.ones(16)

        def step():
            z = x
            for _ in range(100):
                z = z * y
            differentiate(z, x, one)
        return step
    return make


def chain_backward(z, x, one):
    z.backward(one)
    x.grad = None


variant('mul16-backward', 'backward')(chain(chain_backward))
variant('mul16-backward', 'grad')(chain(lambda z, x, one: torch.autograd.grad(z, x, one)))


# ---- small networks

def iris(spelling):
    x, y = torch.randn(120, 4), torch.randint(0, 3, (120,))
    y1, ps = F.one_hot(y, 3).float(), parameters((4, 16), (16,), (16, 3), (3,))
    w1, b1, w2, b2 = ps

    def by_hand():
        h = torch.relu(x @ w1 + b1)
        return -(y1 * torch.log_softmax(h @ w2 + b2, 1)).sum(1).mean()

    def fused():
        return F.cross_entropy(torch.addmm(b2, torch.relu(torch.addmm(b1, x, w1)), w2), y)

    if spelling != 'script':
        return (by_hand if spelling == 'hand' else fused), ps

    def scripted(x, y, w1, b1, w2, b2):
        return F.cross_entropy(torch.addmm(b2, torch.relu(torch.addmm(b1, x, w1)), w2), y)
    traced = torch.jit.trace(scripted, (x, y, w1, b1, w2, b2), check_trace=False)
    return (lambda: traced(x, y, w1, b1, w2, b2)), ps


def xor(spelling):
    x, y = torch.tensor([[0., 0], [0, 1], [1, 0], [1, 1]]), torch.tensor([[0.], [1], [1], [0]])
    ps = parameters((2, 2), (2,), (2, 1), (1,))
    w1, b1, w2, b2 = ps

    def by_hand():
        h = torch.sigmoid(x @ w1 + b1)
        return ((torch.sigmoid(h @ w2 + b2) - y) ** 2).mean()

    def fused():
        return F.mse_loss(torch.sigmoid(torch.addmm(b2, torch.sigmoid(torch.addmm(b1, x, w1)), w2)), y)

    if spelling != 'script':
        return (by_hand if spelling == 'hand' else fused), ps

    def scripted(x, y, w1, b1, w2, b2):
        return F.mse_loss(torch.sigmoid(torch.addmm(b2, torch.sigmoid(torch.addmm(b1, x, w1)), w2)), y)
    traced = torch.jit.trace(scripted, (x, y, w1, b1, w2, b2), check_trace=False)
    return (lambda: traced(x, y, w1, b1, w2, b2)), ps


for name, problem in (('iris-step', iris), ('xor-step', xor)):
    variant(name, 'hand')(lambda p=problem: step_by_backward(*p('hand'), sgd_loop))
    variant(name, 'addmm+fused-loss+foreach')(lambda p=problem: step_by_backward(*p('fused'), sgd_foreach))
    variant(name, 'addmm+fused-loss+grad+foreach')(lambda p=problem: step_by_grad(*p('fused'), sgd_foreach))
    variant(name, 'jit+grad+foreach')(lambda p=problem: step_by_grad(*p('script'), sgd_foreach))


def mnist(linear):
    x, y = torch.rand(64, 784), F.one_hot(torch.randint(0, 10, (64,)), 10).float()
    ps = parameters((128, 784), (128,), (10, 128), (10,)) if linear else parameters((784, 128), (128,), (128, 10), (10,))
    w1, b1, w2, b2 = ps
    if linear:
        return (lambda: F.mse_loss(torch.sigmoid(F.linear(torch.sigmoid(F.linear(x, w1, b1)), w2, b2)), y)), ps
    return (lambda: F.mse_loss(torch.sigmoid(torch.addmm(b2, torch.sigmoid(torch.addmm(b1, x, w1)), w2)), y)), ps


variant('mnist-step', 'addmm+backward+foreach')(lambda: step_by_backward(*mnist(False), sgd_foreach))
variant('mnist-step', 'addmm+grad+foreach')(lambda: step_by_grad(*mnist(False), sgd_foreach))
variant('mnist-step', 'addmm+grad+loop')(lambda: step_by_grad(*mnist(False), sgd_loop))
variant('mnist-step', 'linear+grad+foreach')(lambda: step_by_grad(*mnist(True), sgd_foreach))


# ---- networks with Adam

def perceptron(sizes, batch):
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    net = nn.Sequential(*layers[:-1])
    x, y = torch.rand(batch, sizes[0]), torch.randint(0, sizes[-1], (batch,))
    return (lambda: F.cross_entropy(net(x), y)), list(net.parameters())


def perceptron_addmm(sizes, batch):
    ps = [p for a, b in zip(sizes, sizes[1:]) for p in parameters((a, b), (b,))]
    x, y = torch.rand(batch, sizes[0]), torch.randint(0, sizes[-1], (batch,))

    def loss():
        h = torch.addmm(ps[1], x, ps[0])
        for w, b in zip(ps[2::2], ps[3::2]):
            h = torch.addmm(b, torch.relu(h), w)
        return F.cross_entropy(h, y)
    return loss, ps


DIGITS, MLP = ((400, 25, 15, 10), 32), ((784, 512, 512, 10), 128)


def addmm_flat(net):
    loss, ps = perceptron_addmm(*net)
    return step_by_grad(loss, ps, FlatAdam(ps))


for name, net in (('digits-step', DIGITS), ('mlp-step', MLP)):
    adam_variants(name, lambda n=net: perceptron(*n))
    variant(name, 'addmm+grad+own-flat-Adam')(lambda n=net: addmm_flat(n))


def cnn(layout):
    net = nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1600, 128), nn.ReLU(), nn.Linear(128, 10)).to(memory_format=layout)
    x, y = torch.rand(64, 1, 28, 28).contiguous(memory_format=layout), torch.randint(0, 10, (64,))
    return (lambda: F.cross_entropy(net(x), y)), list(net.parameters())


variant('cnn-step', 'nchw+optim.Adam-foreach')(lambda: step_by_optimizer(*cnn(torch.contiguous_format), True))
variant('cnn-step', 'channels-last+optim.Adam-foreach')(lambda: step_by_optimizer(*cnn(torch.channels_last), True))


@variant('cnn-step', 'nchw+grad+own-foreach-Adam')
def cnn_own_adam():
    loss, ps = cnn(torch.contiguous_format)
    return step_by_grad(loss, ps, ForeachAdam(ps))


def batch_norm(layout):
    x = torch.randn(64, 32, 26, 26).contiguous(memory_format=layout).requires_grad_()
    w, b, dy = torch.ones(32, requires_grad=True), torch.zeros(32, requires_grad=True), torch.randn(64, 32, 26, 26).contiguous(memory_format=layout)
    return lambda: torch.autograd.grad(F.batch_norm(x, None, None, w, b, training=True, eps=1e-3), [x, w, b], dy)


variant('batchnorm', 'nchw')(lambda: batch_norm(torch.contiguous_format))
variant('batchnorm', 'channels-last')(lambda: batch_norm(torch.channels_last))


def linear():
    return torch.rand(65536, 64), torch.rand(64, 64), torch.rand(64), torch.empty(65536, 64)


@variant('linear-65536x64x64', 'addmm', inference=True)
def linear_new():
    x, w, b, _ = linear()
    return lambda: torch.addmm(b, x, w)


@variant('linear-65536x64x64', 'addmm-out', inference=True)
def linear_out():
    x, w, b, out = linear()
    return lambda: torch.addmm(b, x, w, out=out)


def lstm_module():
    lstm, out = nn.LSTM(32, 128, batch_first=True), nn.Linear(128, 10)
    x, y = torch.randn(32, 50, 32), torch.randint(0, 10, (32,))
    return (lambda: F.cross_entropy(out(lstm(x)[0][:, -1]), y)), [*lstm.parameters(), *out.parameters()]


def lstm_by_hand():
    ps = parameters((32, 512), (128, 512), (512,), (128, 10), (10,))
    wx, wh, b, wo, bo = ps
    x, y = torch.randn(50, 32, 32), torch.randint(0, 10, (32,))

    def loss():
        h, c = torch.zeros(32, 128), torch.zeros(32, 128)
        inputs = torch.addmm(b, x.view(1600, 32), wx).view(50, 32, 512)
        for gates in inputs.unbind(0):
            i, f, g, o = torch.addmm(gates, h, wh).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
        return F.cross_entropy(torch.addmm(bo, h, wo), y)
    return loss, ps


def lstm_step(problem):
    loss, ps = problem()
    return step_by_grad(loss, ps, ForeachAdam(ps))


variant('lstm-step', 'nn.LSTM+grad+own-foreach-Adam')(lambda: lstm_step(lstm_module))
variant('lstm-step', 'nn.LSTM+optim.Adam-foreach')(lambda: step_by_optimizer(*lstm_module(), True))
variant('lstm-step', 'hand+grad+own-foreach-Adam')(lambda: lstm_step(lstm_by_hand))


# ---- elementwise, softmax, sums: into given memory and into new memory

def elementwise(name, n, shape=None, operands=1, **spellings):
    for label, f in spellings.items():
        def make(f=f):
            xs = [torch.rand(n).add_(0.1).view(shape or (n,)) for _ in range(operands)]
            out = torch.empty_like(xs[0])
            return lambda: f(*xs, out)
        variant(name, label, inference=True)(make)


K64, M4, M64 = 1 << 16, 1 << 22, 1 << 26
for suffix, n in (('64k', K64), ('4m', M4)):
    elementwise('exp-' + suffix, n, out=lambda x, o: torch.exp(x, out=o), new=lambda x, o: torch.exp(x))
    elementwise('sigmoid-' + suffix, n, out=lambda x, o: torch.sigmoid(x, out=o), new=lambda x, o: torch.sigmoid(x))
elementwise('tanh-64k', K64, out=lambda x, o: torch.tanh(x, out=o), new=lambda x, o: torch.tanh(x))
elementwise('log-64k', K64, out=lambda x, o: torch.log(x, out=o), new=lambda x, o: torch.log(x))
elementwise('softmax-64k', K64, (64, 1024), out=lambda x, o: torch._softmax(x, 1, False, out=o), new=lambda x, o: torch.softmax(x, 1))
elementwise('silu-64k', K64, silu_out=lambda x, o: torch.ops.aten.silu.out(x, out=o), silu_new=lambda x, o: F.silu(x),
            product_out=lambda x, o: torch.mul(x, torch.sigmoid(x, out=o), out=o), product_new=lambda x, o: x * torch.sigmoid(x))
elementwise('add-64m', M64, operands=2, out=lambda x, y, o: torch.add(x, y, out=o), new=lambda x, y, o: x + y)
elementwise('mul-64m', M64, operands=2, out=lambda x, y, o: torch.mul(x, y, out=o), new=lambda x, y, o: x * y)
elementwise('sum-64m', M64, new=lambda x, o: x.sum())


# ---- matrix products: the name says everything, matmul-512-nt or matmul-64x784x128 (rows, inner, columns; t: that operand is stored transposed)

def matrix_product(name):
    shape, layout = re.fullmatch(r'matmul-(\d+(?:x\d+x\d+)?)(?:-([nt][nt]))?', name).groups()
    m, k, n = ([int(d) for d in shape.split('x')] * 3)[:3]
    a = np.random.rand(k, m).astype(np.float32).T if (layout or 'nn')[0] == 't' else np.random.rand(m, k).astype(np.float32)
    b = np.random.rand(n, k).astype(np.float32).T if (layout or 'nn')[1] == 't' else np.random.rand(k, n).astype(np.float32)
    return a, b, np.empty((m, n), np.float32)


def register_matrix_product(name):
    @variant(name, 'torch.mm-out', inference=True)
    def mm_out():
        a, b, c = (torch.from_numpy(x) for x in matrix_product(name))
        return lambda: torch.mm(a, b, out=c)

    @variant(name, 'torch.mm', inference=True)
    def mm():
        a, b, _ = (torch.from_numpy(x) for x in matrix_product(name))
        return lambda: torch.mm(a, b)

    @variant(name, 'numpy-out', needs_torch=False)
    def numpy_out():
        a, b, c = matrix_product(name)
        return lambda: np.matmul(a, b, out=c)


# ---- the loop

def run(key, count):
    name, label = key.split('/', 1)
    make, inference = WORKS[name][label]
    if key not in MADE:
        MADE[key] = make()
    call, calls = MADE[key], range(count)
    if inference and torch is not None:
        with torch.inference_mode():
            start = time.perf_counter()
            for _ in calls:
                call()
            end = time.perf_counter()
    else:
        start = time.perf_counter()
        for _ in calls:
            call()
        end = time.perf_counter()
    return (end - start) * 1e6 / count


def describe():
    maps = open('/proc/self/maps').read() if os.path.exists('/proc/self/maps') else ''
    libraries = sorted(set(re.findall(r'/\S*blas\S*', maps)))
    core = ''
    for library in libraries:
        try:
            get = ctypes.CDLL(library).openblas_get_corename
            get.restype = ctypes.c_char_p
            core = get().decode()
        except (OSError, AttributeError):
            continue
    blas = ('OpenBLAS/OpenMP' if any('openmp' in x for x in libraries) else 'OpenBLAS') + ' ' + core if core else 'an unknown BLAS'
    if torch is None:
        return f'no-torch numpy {np.__version__}, {blas}'
    capability = re.search(r'capability usage: (\S+)', torch.__config__.show())
    return f'torch {torch.__version__}, {capability.group(1) if capability else "?"}, {blas}, threads: {torch.get_num_threads()}'


def die_with_parent():
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    except (OSError, AttributeError):
        pass


def main():
    die_with_parent()
    if torch is not None:
        torch.manual_seed(0)
        torch.set_num_threads(int(os.environ.get('OMP_NUM_THREADS', '1')))
        torch.set_flush_denormal(True)
    if sys.argv[1:2] == ['memory']:
        run('mlp-step/' + sys.argv[2], int(sys.argv[3]))
        print(int(re.search(r'VmHWM:\s*(\d+) kB', open('/proc/self/status').read()).group(1)) / 1024)
        return
    gc.collect()
    gc.disable()
    print(describe(), flush=True)
    for line in sys.stdin:
        word, *rest = line.split()
        try:
            if word == 'variants':
                if rest[0].startswith('matmul-') and rest[0] not in WORKS:
                    register_matrix_product(rest[0])
                answer = ' '.join(WORKS.get(rest[0], ()))
            elif word == 'run':
                answer = repr(run(rest[0], int(rest[1])))
            elif word == 'free':
                for key in [k for k in MADE if k.startswith(rest[0] + '/')]:
                    del MADE[key]
                gc.collect()
                answer = 'freed'
            else:
                answer = 'error: unknown word ' + word
        except Exception as e:
            answer = 'error: ' + ' '.join(str(e).split()) or type(e).__name__
        print(answer, flush=True)


main()
