interface BarsProps {
  /** What the bars show, in words: it stands for the picture where that is not seen. */
  label: string;
  /** Heights from 0 to 100, in order. */
  heights: readonly number[];
}

const slot = 10;
const gap = 3;

/** Bars and nothing else: what they mean, their scale and their axis are their caller's. */
export function Bars({ label, heights }: BarsProps) {
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${heights.length * slot} 100`}
      preserveAspectRatio="none"
      className="block h-16 w-full"
    >
      {heights
        .map((height, index) => ({ height, x: index * slot }))
        .map(({ height, x }) => (
          <g key={x}>
            <rect x={x + gap / 2} y={98} width={slot - gap} height={2} className="fill-line" />
            <rect x={x + gap / 2} y={100 - height} width={slot - gap} height={height} className="fill-accent" />
          </g>
        ))}
    </svg>
  );
}
