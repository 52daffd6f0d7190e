namespace ActionableModels.Simulation; internal static class Placeholder;
