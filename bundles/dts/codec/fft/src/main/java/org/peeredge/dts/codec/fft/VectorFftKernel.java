// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

/** Products by look-up within vectors; needs the module jdk.incubator.vector. */
final class VectorFftKernel implements FftKernel {
    @Override
    public String name() {
        return "vector-" + 8 * Vectors.WIDTH;
    }

    @Override
    public Columns columns(CantorField field, int positions, int symbolBytes) {
        return field == CantorField.BYTES
                ? new VectorByteColumns(positions, symbolBytes)
                : new VectorWordColumns(positions, symbolBytes);
    }
}
