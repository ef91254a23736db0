// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.util.List;
import org.peeredge.dts.api.codec.CodecId;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.dts.api.codec.Decoder;
import org.peeredge.dts.api.codec.Encoder;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.dts.coding.BlockShape;
import org.peeredge.dts.coding.Gf256Kernel;
import org.peeredge.dts.coding.WarmUp;
import org.peeredge.kernel.api.Clock;

/**
 * The code of RFC 6330: as many repair symbols as one likes, of which any k or few more restore a
 * block. A symbol's number is its encoding symbol id (ESI).
 */
public final class RaptorqCodec implements CodecProvider {
    /** The type, as in the service property and in ids. */
    public static final String TYPE = "raptorq";

    /** What it is warmed up with: small symbols, and an engine's whole group. */
    public static final List<CodecId> USUAL =
            List.of(new CodecId(TYPE, 256, -1, 1216), new CodecId(TYPE, 64, -1, 16 << 10));

    /** Numbers of symbols are below this. */
    static final int SYMBOLS = 1 << 24;

    private static final long MOST_PLAN_BYTES = 32 << 20;

    /** Few large symbols take many times the memory of their block: there are L of each. */
    private static final long MOST_WORKING_BYTES = 1 << 30;

    private final Gf256Kernel kernel;
    private final Cache<Constraints> constraints =
            new Cache<>(MOST_PLAN_BYTES, Constraints::sizeBytes, Constraints::new);
    private final Cache<Plan> plans =
            new Cache<>(MOST_PLAN_BYTES, Plan::sizeBytes, code -> new Plan(constraints(code)));

    /** A codec whose inner loops are those of {@code kernel}. */
    public RaptorqCodec(Gf256Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * A codec that makes plans at full speed: each k needs one, once, so that blocks do not warm
     * that up.
     *
     * @throws InterruptedException when the thread was interrupted
     */
    public static RaptorqCodec planning(Gf256Kernel kernel, Clock clock)
            throws InterruptedException {
        Constraints some = new Constraints(Parameters.of(USUAL.getFirst().sourceSymbols()));
        WarmUp.run(clock, Double.MAX_VALUE, () -> new Plan(some));
        return new RaptorqCodec(kernel);
    }

    private Constraints constraints(Parameters code) {
        return constraints.get(code);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public void check(CodecId id) {
        if (!id.type().equals(TYPE)) {
            throw new IllegalArgumentException("codec '" + id.type() + "', not '" + TYPE + "'");
        }
        if (id.repairSymbols() != -1) {
            throw new IllegalArgumentException(
                    "codec raptorq is rateless: -1 repair symbols, not " + id.repairSymbols());
        }
        if (id.sourceSymbols() > Parameters.MAX_SOURCE_SYMBOLS) {
            throw new IllegalArgumentException(
                    id.sourceSymbols()
                            + " source symbols, at most "
                            + Parameters.MAX_SOURCE_SYMBOLS);
        }
        long bytes = WorkingBytes.of(id);
        if (bytes > MOST_WORKING_BYTES) {
            throw new IllegalArgumentException(
                    id + " takes " + bytes + " bytes to code, at most " + MOST_WORKING_BYTES);
        }
    }

    @Override
    public int repairSymbols(int sourceSymbols) {
        return -1;
    }

    @Override
    public long workingBytes(CodecId id) {
        check(id);
        return WorkingBytes.of(id);
    }

    @Override
    public Encoder prepare(CodecId id, GroupSource group) {
        check(id);
        BlockShape shape = new BlockShape(id, group.sizeBytes());
        Parameters parameters = Parameters.of(id.sourceSymbols());
        return new RaptorqEncoder(kernel, parameters, () -> plans.get(parameters), shape, group);
    }

    @Override
    public Decoder decoder(CodecId id, int groupBytes) {
        check(id);
        BlockShape shape = new BlockShape(id, groupBytes);
        Parameters parameters = Parameters.of(id.sourceSymbols());
        return new RaptorqDecoder(kernel, parameters, () -> constraints(parameters), shape);
    }
}
