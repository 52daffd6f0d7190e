namespace ActionableModels.AgainstOnnxRuntime;

/// <summary>How far one form of ONNX Runtime's graphs computes what ours does, on some images.</summary>
/// <param name="LargestDifference">Of Q, over 64 actions on each image; the one that our search chose is among them.</param>
/// <param name="SameActions">Images on which both searches chose the same action.</param>
/// <param name="Images">Images.</param>
internal readonly record struct Agreement(float LargestDifference, int SameActions, int Images);
