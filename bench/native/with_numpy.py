"""NumPy: products by OpenBLAS."""

from common import oriented, repeat


def engine(threads):
    def gemm(spec):
        a, b, left, right = oriented(spec)

        def work():
            y = a
            for _ in range(spec["repeat"]):
                y = left(y) @ right(b)

        return repeat(work)

    return {"gemm": gemm}
