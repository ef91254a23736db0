// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding.rs;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.dts.coding.BlockShape;
import org.peeredge.dts.coding.Gf256Kernel;

/**
 * The code of type {@code rs}: k source and m repair symbols, k + m at most 255, any k of which
 * restore the block; each repair symbol costs k products for each of its bytes. Which kernel
 * computes them is all in which the plugins of this type differ. Safe for use by many threads.
 */
public final class CauchyCodec implements CodecProvider {
    /** The type, as in the service property and in ids. */
    public static final String TYPE = "rs";

    /** What plugins of this type are warmed up with: a small code, and an engine's whole group. */
    public static final List<CodecId> USUAL =
            List.of(new CodecId(TYPE, 10, 4, 16 << 10), new CodecId(TYPE, 64, 32, 16 << 10));

    /** The most symbols of a code. */
    public static final int MAX_SYMBOLS = 255;

    /** Matrices are some kilobytes, and nodes use few codes at a time. */
    private static final int MAX_MATRICES = 16;

    private record Key(int sourceSymbols, int repairSymbols) {}

    private final Gf256Kernel kernel;
    private final Targets targets = new Targets();
    private final Map<Key, CauchyMatrix> matrices =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, CauchyMatrix> eldest) {
                    return size() > MAX_MATRICES;
                }
            };

    /** Computes by {@code kernel}. */
    public CauchyCodec(Gf256Kernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void check(CodecId id) {
        if (!id.type().equals(TYPE)) {
            throw new IllegalArgumentException("codec '" + id.type() + "', not 'rs'");
        }
        if (id.repairSymbols() < 0) {
            throw new IllegalArgumentException("codec rs is not rateless: m = -1");
        }
        if (id.sourceSymbols() > MAX_SYMBOLS - id.repairSymbols()) {
            throw new IllegalArgumentException(
                    "codec rs has at most "
                            + MAX_SYMBOLS
                            + " symbols, not "
                            + id.sourceSymbols()
                            + " + "
                            + id.repairSymbols());
        }
    }

    @Override
    public int repairSymbols(int sourceSymbols) {
        return Math.max(0, MAX_SYMBOLS - sourceSymbols);
    }

    @Override
    public long workingBytes(CodecId id) {
        check(id);
        int symbols = id.sourceSymbols() + id.repairSymbols();
        return (long) symbols * id.symbolBytes()
                + 2L * id.sourceSymbols() * id.repairSymbols()
                + 32L * symbols;
    }

    @Override
    public Encoder prepare(CodecId id, GroupSource group) {
        check(id);
        return new CauchyEncoder(
                kernel, matrix(id), targets, new BlockShape(id, group.sizeBytes()), group);
    }

    @Override
    public Decoder decoder(CodecId id, int groupBytes) {
        check(id);
        return new CauchyDecoder(kernel, matrix(id), new BlockShape(id, groupBytes));
    }

    private CauchyMatrix matrix(CodecId id) {
        Key key = new Key(id.sourceSymbols(), id.repairSymbols());
        synchronized (matrices) {
            return matrices.computeIfAbsent(
                    key, k -> new CauchyMatrix(k.sourceSymbols(), k.repairSymbols()));
        }
    }
}
