// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.fft;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.dts.coding.BlockShape;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.SourceBlock;

/**
 * Systematic Reed-Solomon by additive fast Fourier transforms, with the symbols of catid/leopard:
 * any k of the k + m symbols restore the block, at a cost per byte that grows with log m.
 *
 * <p>m is at most k, and k plus m rounded up to a power of two at most 65,536. Up to 256 of them
 * symbols may have any length, above an even one, as words are two bytes.
 */
public final class FftCodec implements CodecProvider {
    /** The type, as in the service property and in ids. */
    public static final String TYPE = "fft";

    /**
     * What it is warmed up with: words and bytes, each of which has loops of its own; the latter
     * with an engine's whole group.
     */
    public static final List<CodecId> USUAL =
            List.of(new CodecId(TYPE, 512, 256, 1216), new CodecId(TYPE, 64, 32, 16 << 10));

    private final Gf256Kernel sums;
    private final FftKernel kernel;

    /** Tables of the points' logarithms by log2 of their number: at most 512 KiB for good. */
    private final AtomicReferenceArray<@Nullable Locator> locators = new AtomicReferenceArray<>(17);

    /**
     * Takes vectors where {@code kernel} is made of them.
     *
     * @param kernel the one that {@code dts.coding} has chosen
     */
    public FftCodec(Gf256Kernel kernel) {
        this(kernel, FftKernels.choose(kernel));
    }

    FftCodec(Gf256Kernel sums, FftKernel kernel) {
        this.sums = sums;
        this.kernel = kernel;
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void check(CodecId id) {
        new FftCode(id);
    }

    @Override
    public int repairSymbols(int sourceSymbols) {
        return sourceSymbols;
    }

    @Override
    public long workingBytes(CodecId id) {
        return WorkingBytes.of(new FftCode(id));
    }

    @Override
    public Encoder prepare(CodecId id, GroupSource group) {
        FftCode code = new FftCode(id);
        SourceBlock block = new SourceBlock(new BlockShape(id, group.sizeBytes()), group);
        return new FftEncoder(code, block, RepairMaker.of(code, sums, kernel));
    }

    @Override
    public Decoder decoder(CodecId id, int groupBytes) {
        FftCode code = new FftCode(id);
        BlockShape shape = new BlockShape(id, groupBytes);
        return new FftDecoder(code, shape, BlockMender.of(code, sums, kernel, this::locator));
    }

    private Locator locator(FftCode code) {
        Locator here = locators.get(code.layers());
        if (here == null) {
            here = new Locator(code.field(), code.layers());
            locators.set(code.layers(), here);
        }
        return here;
    }
}
