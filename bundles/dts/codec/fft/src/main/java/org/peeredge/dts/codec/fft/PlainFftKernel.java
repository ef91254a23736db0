// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

/** Eight bytes in a long, for JVMs without vectors. */
final class PlainFftKernel implements FftKernel {
    @Override
    public String name() {
        return "plain";
    }

    @Override
    public Columns columns(CantorField field, int positions, int symbolBytes) {
        return field == CantorField.BYTES
                ? new PlainByteColumns(positions, symbolBytes)
                : new PlainWordColumns(positions, symbolBytes);
    }
}
